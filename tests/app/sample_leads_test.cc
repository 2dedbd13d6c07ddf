// The samples that `leadspool send` makes, read as the receiver reads them.
#include "app/sample_leads.h"

#include <set>

#include "app/sample_people.h"
#include "base/gzip.h"
#include "lead/lead_parser.h"
#include "lead/lead_source.h"
#include "lead/test_mark.h"
#include "lead/verdict.h"
#include "support/catch.h"

namespace leadspool::app {
namespace {

constexpr Time kNow = from_unix_ms(1'767'225'600'123);

Sample sample(std::string_view kind, int number, Time now = kNow) {
  for (const auto& each : sample_kinds()) {
    if (each.name == kind) return each.make(number, now);
  }
  FAIL("no such kind: " << kind);
  return {};
}

std::string unpacked_body(const Sample& sample) {
  if (sample.content_encoding.empty()) return sample.body;
  REQUIRE(sample.content_encoding == "gzip");
  return std::get<std::string>(unpack(sample.body, 1024 * 1024));
}

ReadableLead read(const Sample& sample) { return std::get<ReadableLead>(parse_lead(unpacked_body(sample))); }

}  // namespace

TEST_CASE("every sample is read by the receiver as its kind promises") {
  for (const auto& kind : sample_kinds()) {
    INFO(kind.name);
    const auto reading = parse_lead(unpacked_body(kind.make(1, kNow)));
    if (kind.name == "empty") {
      REQUIRE(std::holds_alternative<EmptyBody>(reading));
    } else if (kind.name == "broken") {
      REQUIRE(std::holds_alternative<Unreadable>(reading));
    } else {
      REQUIRE(std::holds_alternative<ReadableLead>(reading));
    }
  }
  const auto official = read(sample("official", 1)).fields;
  for (const auto* same : {"camelcase", "bom", "chunked", "gzip"})
    REQUIRE(read(sample(same, 1)).fields == official);
  REQUIRE(sample("chunked", 1).chunked);
  REQUIRE_FALSE(sample("gzip", 1).chunked);
  REQUIRE(judge(read(sample("dnc", 1)).fields).disposition == Disposition::do_not_contact);
  REQUIRE(judge(read(sample("people", 1)).fields).disposition == Disposition::deliver);
  REQUIRE(read(sample("blank", 1)).fields.email.empty());
  REQUIRE(read(sample("nulls", 1)).fields.phone.empty());
}

TEST_CASE("a test lead's mark tells when it was sent, and is another one each time") {
  const auto fields = read(sample("test", 1)).fields;
  REQUIRE(judge(fields).disposition == Disposition::test);
  REQUIRE(test_sent_at(fields) == kNow);
  REQUIRE(sample("test", 1, kNow + Milliseconds{1}).body != sample("test", 1).body);
  REQUIRE(sample("test", 2).body != sample("test", 1).body);
}

TEST_CASE("no two leads of a series say the same, whatever their kinds") {
  std::set<std::string> contents;
  std::size_t count = 0;
  int number = 0;
  for (int round = 0; round < 20; ++round) {
    for (const auto& kind : sample_kinds()) {
      const auto made = kind.make(++number, kNow);
      // These say nothing that could be compared.
      if (kind.name == "empty" || kind.name == "broken" || kind.name == "blank") continue;
      contents.insert(read(made).content);
      ++count;
    }
  }
  REQUIRE(contents.size() == count);
  for (const auto* kind : {"broken", "blank"}) REQUIRE(sample(kind, 1).body != sample(kind, 2).body);
}

TEST_CASE("a thousand people are a thousand, from several countries, and ask for several offers") {
  std::set<std::string> emails;
  std::set<std::string> people;
  std::set<std::string> countries;
  std::set<std::string> offers;
  std::set<std::string> actions;
  for (int number = 1; number <= 1'000; ++number) {
    const auto fields = read(sample("people", number)).fields;
    emails.insert(fields.email);
    people.insert(fields.first_name + " " + fields.last_name + ", " + fields.company);
    countries.insert(fields.country);
    actions.insert(fields.action_code);
    const auto pieces = split_lead_source(fields.lead_source);
    REQUIRE_FALSE(pieces.source.empty());
    REQUIRE(pieces.action == fields.action_code);
    REQUIRE_FALSE(pieces.publisher.empty());
    offers.emplace(pieces.offer);
  }
  REQUIRE(emails.size() == 1'000);
  REQUIRE(people.size() == 1'000);
  REQUIRE(countries.size() >= 10);
  REQUIRE(offers.size() >= 5);
  REQUIRE(actions.size() >= 4);
  REQUIRE(sample_person(1).lead_source == "AzureMarketplace-INS|contoso.contoso-analytics");
}

TEST_CASE("as many people as can be sent at once differ in their phone number at least") {
  REQUIRE(sample_person(43'994).email == sample_person(1).email);
  REQUIRE(sample_person(43'993).email != sample_person(1).email);
  REQUIRE(sample_person(43'994).phone != sample_person(1).phone);
}

}  // namespace leadspool::app
