// What Odoo says of what it does not do: {"name", "message", "arguments", "context", "debug"}, where name is
// the Python class of the exception, with the status that belongs to it.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "simulator/fault.h"

namespace leadspool::simulator {

[[nodiscard]] http::Response odoo_unauthorized();                                // 401
[[nodiscard]] http::Response odoo_access_error();                                // 403
[[nodiscard]] http::Response odoo_not_found(const std::string& message);         // 404
[[nodiscard]] http::Response odoo_unprocessable(const std::string& message);     // 422
[[nodiscard]] http::Response odoo_bad_request(const std::string& message);       // 400
[[nodiscard]] http::Response odoo_validation_error(const std::string& message);  // 422
[[nodiscard]] http::Response odoo_value_error(const std::string& message);       // 500
// 404 of a host that has no such database: a page.
[[nodiscard]] http::Response odoo_no_database();

[[nodiscard]] http::Response odoo_words(const Fault& fault);

}  // namespace leadspool::simulator
