#include "app/sample_leads.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

Json official(int number) {
  const std::string suffix = number == 1 ? "" : std::to_string(number);
  return {{"UserDetails",
           {{"FirstName", "Some"},
            {"LastName", suffix.empty() ? "One" : "One " + suffix},
            {"Email", suffix.empty() ? "someone@contoso.com" : "someone" + suffix + "@contoso.com"},
            {"Phone", "16175555555"},
            {"Country", "USA"},
            {"Company", "Contoso"},
            {"Title", "Esquire"}}},
          {"LeadSource", "AzureMarketplace"},
          {"ActionCode", "INS"},
          {"OfferTitle", "Test Microsoft"},
          {"Description", "Test run through Power Automate"}};
}

// Every key begins with a small letter, as one public receiver has seen it.
Json camel_case(const Json& lead) {
  Json camel = Json::object();
  for (const auto& [name, value] : lead.items()) {
    std::string key = name;
    key[0] = static_cast<char>(key[0] - 'A' + 'a');
    camel[key] = value.is_object() ? camel_case(value) : value;
  }
  return camel;
}

// What "Validate" and "Publish" in Partner Center send; the mark is a time and differs each time.
Json test(int number) {
  const std::string mark = "MSFT_TEST_" + std::to_string(636573304831318843 + number);
  Json lead = official(1);
  for (auto& [name, value] : lead["UserDetails"].items()) value = mark;
  lead["UserDetails"]["Email"] = mark + "@test.com";
  lead["UserDetails"]["Phone"] = "1234567890";
  lead["UserDetails"]["Country"] = "US";
  lead["LeadSource"] = mark + "-" + mark + "|Contoso Analytics";
  for (const auto* name : {"ActionCode", "OfferTitle", "Description"}) lead[name] = mark;
  return lead;
}

// No personal data at all, as for people of schools.
Json blank(int number) {
  Json lead = official(1);
  for (auto& [name, value] : lead["UserDetails"].items()) value = "";
  if (number > 1) lead["Description"] = "Test run " + std::to_string(number) + " through Power Automate";
  return lead;
}

Json do_not_contact(int number) {
  Json lead = official(number);
  lead["LeadSource"] = "AppSource (SPZA)-DNC|contoso.contoso-analytics";
  lead["ActionCode"] = "DNC";
  return lead;
}

Json nulls(int number) {
  Json lead = official(number);
  lead["UserDetails"]["Phone"] = nullptr;
  lead["UserDetails"]["Title"] = nullptr;
  lead["Description"] = nullptr;
  return lead;
}

Json unicode(int number) {
  Json lead = official(number);
  auto& person = lead["UserDetails"];
  person["FirstName"] = "Zoë";
  person["LastName"] = "Nguyễn-Müller 🚀" + (number == 1 ? "" : " " + std::to_string(number));
  person["Phone"] = "+84 (0)24 3999 9999";
  person["Country"] = "Việt Nam";
  person["Company"] = "株式会社コントソ";
  person["Title"] = "Geschäftsführerin";
  return lead;
}

// The missing comma of the documentation's older sample.
std::string broken(int number) {
  return R"({"UserDetails":{"FirstName":"Some","LastName":"One )" + std::to_string(number) +
         "\"}\n\"LeadSource\":\"AzureMarketplace\"}";
}

std::string text(const Json& lead) { return lead.dump(2) + "\n"; }

struct Kind {
  std::string name;
  std::string (*make)(int number);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> kKinds{
      {"official", [](int number) { return text(official(number)); }},
      {"camelcase", [](int number) { return text(camel_case(official(number))); }},
      {"test", [](int number) { return text(test(number)); }},
      {"blank", [](int number) { return text(blank(number)); }},
      {"dnc", [](int number) { return text(do_not_contact(number)); }},
      {"nulls", [](int number) { return text(nulls(number)); }},
      {"empty", [](int) { return std::string(); }},
      {"broken", broken},
      {"bom", [](int number) { return "\xef\xbb\xbf" + text(official(number)); }},
      {"unicode", [](int number) { return text(unicode(number)); }},
  };
  return kKinds;
}

}  // namespace

const std::vector<std::string>& sample_kinds() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const auto& kind : kinds()) names.push_back(kind.name);
    return names;
  }();
  return kNames;
}

std::optional<std::string> sample_lead(std::string_view kind, int number) {
  for (const auto& each : kinds()) {
    if (each.name == kind) return each.make(number);
  }
  return std::nullopt;
}

}  // namespace leadspool::app
