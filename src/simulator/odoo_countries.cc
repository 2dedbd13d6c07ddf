#include "simulator/odoo_countries.h"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

struct Country {
  std::string_view code;
  std::string_view name;
};

constexpr std::array<Country, 48> kCountries{{
    {"AE", "United Arab Emirates"},
    {"AR", "Argentina"},
    {"AT", "Austria"},
    {"AU", "Australia"},
    {"BE", "Belgium"},
    {"BR", "Brazil"},
    {"CA", "Canada"},
    {"CH", "Switzerland"},
    {"CL", "Chile"},
    {"CN", "China"},
    {"CO", "Colombia"},
    {"CZ", "Czech Republic"},
    {"DE", "Germany"},
    {"DK", "Denmark"},
    {"EG", "Egypt"},
    {"ES", "Spain"},
    {"FI", "Finland"},
    {"FR", "France"},
    {"GB", "United Kingdom"},
    {"GR", "Greece"},
    {"HU", "Hungary"},
    {"ID", "Indonesia"},
    {"IE", "Ireland"},
    {"IL", "Israel"},
    {"IN", "India"},
    {"IT", "Italy"},
    {"JP", "Japan"},
    {"KE", "Kenya"},
    {"KR", "South Korea"},
    {"MX", "Mexico"},
    {"MY", "Malaysia"},
    {"NG", "Nigeria"},
    {"NL", "Netherlands"},
    {"NO", "Norway"},
    {"NZ", "New Zealand"},
    {"PH", "Philippines"},
    {"PL", "Poland"},
    {"PT", "Portugal"},
    {"RO", "Romania"},
    {"SA", "Saudi Arabia"},
    {"SE", "Sweden"},
    {"SG", "Singapore"},
    {"TH", "Thailand"},
    {"TR", "Türkiye"},
    {"TW", "Taiwan"},
    {"US", "United States"},
    {"VN", "Vietnam"},
    {"ZA", "South Africa"},
}};

}  // namespace

std::string odoo_countries_json() {
  nlohmann::ordered_json countries = nlohmann::ordered_json::array();
  for (const auto& [code, name] : kCountries) {
    countries.push_back({{"id", countries.size() + 1}, {"code", code}, {"name", name}});
  }
  return countries.dump();
}

bool is_odoo_country(int id) { return 1 <= id && id <= static_cast<int>(kCountries.size()); }

}  // namespace leadspool::simulator
