// The countries that a simulated Odoo knows (model res.country): some of those that the real one has, named
// in English.
//
// Thread-safety: pure functions.
#pragma once

#include <string>

namespace leadspool::simulator {

// [{"id": 1, "code": "AE", "name": "United Arab Emirates"}, ..]
[[nodiscard]] std::string odoo_countries_json();

[[nodiscard]] bool is_odoo_country(int id);

}  // namespace leadspool::simulator
