// Leads that no destination wants: nobody will ever get them, so they must be seen.
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using test::StoreFixture;

outbox::NewLead lead_without_deliveries(Disposition disposition, const std::string& reason) {
  return {.source = "marketplace",
          .disposition = disposition,
          .disposition_reason = reason,
          .fields = {.last_name = "One"},
          .receipt = StoreFixture::receipt()};
}

bool is_unrouted(StoreFixture& store, const Uuid& lead) {
  const bool in_detail = store.reader.find(lead)->view.unrouted;
  for (const auto& view : store.reader.list({}, 100, std::nullopt).leads) {
    if (view.lead.id == lead) REQUIRE(view.unrouted == in_detail);
  }
  return in_detail;
}

std::vector<Uuid> unrouted_leads(StoreFixture& store, outbox::LeadFilter filter = {}) {
  filter.unrouted = true;
  std::vector<Uuid> leads;
  for (const auto& view : store.reader.list(filter, 100, std::nullopt).leads) {
    REQUIRE(view.unrouted);
    leads.push_back(view.lead.id);
  }
  return leads;
}

}  // namespace

TEST_CASE("a readable lead without any delivery is shown as one that no destination wants") {
  StoreFixture store;
  const Uuid plain = store.add(lead_without_deliveries(Disposition::deliver, ""));
  const Uuid test = store.add(lead_without_deliveries(Disposition::test, "a test lead"));
  const Uuid quarantined = store.add(lead_without_deliveries(Disposition::quarantined, "no JSON"));
  const Uuid probe = store.add(lead_without_deliveries(Disposition::probe, "no body"));
  const Uuid wanted = store.add_lead();
  const Uuid held = store.place(State::held).lead;

  REQUIRE(is_unrouted(store, plain));
  REQUIRE(is_unrouted(store, test));
  for (const auto& lead : {quarantined, probe, wanted, held}) REQUIRE_FALSE(is_unrouted(store, lead));
  REQUIRE(unrouted_leads(store) == std::vector<Uuid>{test, plain});
  REQUIRE(unrouted_leads(store, {.disposition = Disposition::test}) == std::vector<Uuid>{test});
  REQUIRE(unrouted_leads(store, {.destination = "crm"}).empty());
  REQUIRE(unrouted_leads(store, {.state = State::pending}).empty());
  REQUIRE(store.overview.status().unrouted == 2);
}

TEST_CASE("a duplicate, which would only be held, misses nothing where no destination wants it") {
  StoreFixture store;
  auto lead = lead_without_deliveries(Disposition::deliver, "");
  lead.content_sha256 = sha256("the same");
  lead.dedupe_window = 24h;
  store.add(lead);
  const Uuid duplicate = store.add(lead);
  REQUIRE(store.reader.find(duplicate)->view.lead.disposition == Disposition::duplicate);
  REQUIRE_FALSE(is_unrouted(store, duplicate));
}

TEST_CASE("the pages of unrouted leads show each once") {
  StoreFixture store;
  std::vector<Uuid> expected;
  for (int i = 0; i < 5; ++i) {
    expected.insert(expected.begin(), store.add(lead_without_deliveries(Disposition::deliver, "")));
    store.add_lead();
  }
  std::vector<Uuid> seen;
  std::optional<std::int64_t> before;
  do {
    const auto page = store.reader.list({.unrouted = true}, 2, before);
    for (const auto& view : page.leads) seen.push_back(view.lead.id);
    before = page.next_before;
  } while (before);
  REQUIRE(seen == expected);
}

TEST_CASE("a revision that brings deliveries makes the lead wanted, one that brings none is refused") {
  StoreFixture store;
  const Uuid lead = store.add(lead_without_deliveries(Disposition::deliver, ""));
  outbox::NewRevision revision{.fields = {.last_name = "Two"}, .changes_json = "{}"};
  REQUIRE(std::holds_alternative<outbox::NoDelivery>(
      store.corrections.revise(lead, revision, {"ada", "for the new CRM"})));
  REQUIRE(is_unrouted(store, lead));

  revision.deliveries = {{"crm", std::nullopt}};
  REQUIRE(std::holds_alternative<outbox::Revised>(
      store.corrections.revise(lead, revision, {"ada", "for the new CRM"})));
  REQUIRE_FALSE(is_unrouted(store, lead));
  REQUIRE(store.overview.status().unrouted == 0);
  REQUIRE(store.claim().size() == 1);
}

TEST_CASE("a quarantined lead that becomes readable is never unrouted") {
  StoreFixture store;
  const Uuid lead = store.add(lead_without_deliveries(Disposition::quarantined, "no JSON"));
  outbox::NewRevision revision{.fields = {.last_name = "Two"}, .changes_json = "{}"};
  REQUIRE(std::holds_alternative<outbox::NoDelivery>(store.corrections.revise(lead, revision, {"ada", ""})));
  REQUIRE_FALSE(is_unrouted(store, lead));
  revision.deliveries = {{"crm", std::nullopt}};
  REQUIRE(std::holds_alternative<outbox::Revised>(store.corrections.revise(lead, revision, {"ada", ""})));
  REQUIRE_FALSE(is_unrouted(store, lead));
}

TEST_CASE("a person gives up a lead that no destination wants, which leaves an audit row") {
  StoreFixture store;
  const outbox::Order ada{"ada", "a competitor"};
  const Uuid lead = store.add(lead_without_deliveries(Disposition::deliver, ""));
  REQUIRE(std::holds_alternative<outbox::NotPossible>(store.corrections.release(lead, std::nullopt, ada)));
  REQUIRE(std::holds_alternative<outbox::NotPossible>(store.corrections.discard(lead, "crm", ada)));
  REQUIRE(is_unrouted(store, lead));

  const auto result = store.corrections.discard(lead, std::nullopt, ada);
  REQUIRE(std::get<outbox::Corrected>(result).destinations.empty());
  REQUIRE_FALSE(is_unrouted(store, lead));
  REQUIRE(store.overview.unrouted() == 0);
  const auto audit = store.reader.find(lead)->audit;
  REQUIRE(audit.size() == 1);
  REQUIRE(audit[0].actor == "ada");
  REQUIRE(audit[0].action == "discard");
  REQUIRE(audit[0].destination.empty());
  REQUIRE(audit[0].reason == "a competitor");
  REQUIRE(std::holds_alternative<outbox::NotPossible>(store.corrections.discard(lead, std::nullopt, ada)));
}

TEST_CASE("a lead that was given up is not missing anywhere, but a revision brings it back") {
  StoreFixture store;
  const Uuid lead = store.add(lead_without_deliveries(Disposition::deliver, ""));
  const auto missing = [&](const std::string& destination = "crm") {
    const auto counted = store.redrives.count({.destination = destination, .with_missing = true});
    return std::get<outbox::RedriveCount>(counted).missing;
  };
  REQUIRE(missing() == 1);
  static_cast<void>(store.corrections.discard(lead, std::nullopt, {"ada", ""}));
  REQUIRE(missing() == 0);
  const outbox::NewRevision revision{
      .fields = {.last_name = "Two"}, .changes_json = "{}", .deliveries = {{"crm", std::nullopt}}};
  REQUIRE(std::holds_alternative<outbox::Revised>(store.corrections.revise(lead, revision, {"ada", ""})));
  REQUIRE(store.claim().size() == 1);
  REQUIRE(missing("other") == 1);
}

TEST_CASE("a lead that has none because it could not be read is not given up by a discard") {
  StoreFixture store;
  const Uuid lead = store.add(lead_without_deliveries(Disposition::quarantined, "no JSON"));
  REQUIRE(std::holds_alternative<outbox::NotPossible>(
      store.corrections.discard(lead, std::nullopt, {"ada", ""})));
  REQUIRE(store.reader.find(lead)->audit.empty());
}

}  // namespace leadspool
