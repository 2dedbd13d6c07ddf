#include "app/sample_leads.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/sample_people.h"
#include "base/gzip.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

// As the documentation writes it.
Json payload(const LeadFields& fields) {
  return {{"UserDetails",
           {{"FirstName", fields.first_name},
            {"LastName", fields.last_name},
            {"Email", fields.email},
            {"Phone", fields.phone},
            {"Country", fields.country},
            {"Company", fields.company},
            {"Title", fields.title}}},
          {"LeadSource", fields.lead_source},
          {"ActionCode", fields.action_code},
          {"OfferTitle", fields.offer_title},
          {"Description", fields.description}};
}

Json official(int number) {
  const std::string suffix = number == 1 ? "" : std::to_string(number);
  LeadFields fields;
  fields.first_name = "Some";
  fields.last_name = suffix.empty() ? "One" : "One " + suffix;
  fields.email = "someone" + suffix + "@contoso.com";
  fields.phone = "16175555555";
  fields.country = "USA";
  fields.company = "Contoso";
  fields.title = "Esquire";
  fields.lead_source = "AzureMarketplace";
  fields.action_code = "INS";
  fields.offer_title = "Test Microsoft";
  fields.description = "Test run through Power Automate";
  return payload(fields);
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

// The mark is the time in .NET's ticks, of which the number makes another one for each of a burst.
std::string test_mark(int number, Time now) {
  constexpr std::int64_t kTicksAtUnixEpoch = 621'355'968'000'000'000;
  constexpr std::int64_t kTicksPerMillisecond = 10'000;
  return "MSFT_TEST_" + std::to_string(kTicksAtUnixEpoch + to_unix_ms(now) * kTicksPerMillisecond + number);
}

// What "Validate" and "Publish" in Partner Center send.
Json test(int number, Time now) {
  const std::string mark = test_mark(number, now);
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

// With another note each time, so that a second round is not one of duplicates.
LeadFields person_asking_at(int number, Time now) {
  LeadFields person = sample_person(number);
  person.description += " (asked at " + to_rfc3339(now) + ")";
  return person;
}

std::string text(const Json& lead) { return lead.dump(2) + "\n"; }

constexpr SampleKind kKinds[] = {
    {"official", "the documentation's own sample",
     [](int number, Time) { return Sample{text(official(number))}; }},
    {"camelcase", "keys that begin with a small letter, as one receiver has seen them",
     [](int number, Time) { return Sample{text(camel_case(official(number)))}; }},
    {"test", "Partner Center's test lead, marked MSFT_TEST_ and the time",
     [](int number, Time now) { return Sample{text(test(number, now))}; }},
    {"blank", "no personal data, as for people of schools",
     [](int number, Time) { return Sample{text(blank(number))}; }},
    {"nulls", "some fields are null", [](int number, Time) { return Sample{text(nulls(number))}; }},
    {"dnc", "do not contact: another partner has been asked",
     [](int number, Time) { return Sample{text(do_not_contact(number))}; }},
    {"empty", "no body at all, the documented way of testing a URL", [](int, Time) { return Sample{}; }},
    {"broken", "not JSON: the missing comma of an older documentation's sample",
     [](int number, Time) { return Sample{broken(number)}; }},
    {"bom", "a byte order mark before the body",
     [](int number, Time) { return Sample{"\xef\xbb\xbf" + text(official(number))}; }},
    {"chunked", "sent in chunks, without a Content-Length",
     [](int number, Time) { return Sample{.body = text(official(number)), .chunked = true}; }},
    {"gzip", "packed, with Content-Encoding: gzip",
     [](int number, Time) {
       return Sample{.body = gzip(text(official(number))), .content_encoding = "gzip"};
     }},
    {"unicode", "names in several scripts", [](int number, Time) { return Sample{text(unicode(number))}; }},
    {"people", "different people, companies, countries and offers; try it with -n 1000",
     [](int number, Time now) { return Sample{text(payload(person_asking_at(number, now)))}; }},
};

}  // namespace

std::span<const SampleKind> sample_kinds() { return kKinds; }

}  // namespace leadspool::app
