// Corrections of a lead's fields: when they are possible, what they leave behind, and what is delivered then.
#include <map>
#include <thread>

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::NewRevision;
using outbox::NotPossible;
using outbox::Overtaken;
using outbox::Revised;
using outbox::RevisionResult;
using test::StoreFixture;

const outbox::Order kOrder{"ada", "a typing error"};

NewRevision revision_to(const std::string& last_name, int number = 1) {
  return {.number = number,
          .fields = {.last_name = last_name},
          .changes_json = R"({"last_name":{"from":"One","to":")" + last_name + R"("}})"};
}

Uuid add_quarantined(StoreFixture& store) {
  return store.add({.source = "marketplace",
                    .disposition = Disposition::quarantined,
                    .disposition_reason = "not JSON",
                    .receipt = StoreFixture::receipt("{")});
}

Uuid add_for(StoreFixture& store, const std::vector<std::string>& destinations) {
  outbox::NewLead lead{.source = "marketplace", .receipt = StoreFixture::receipt()};
  for (const auto& destination : destinations) lead.deliveries.push_back({destination, std::nullopt});
  return store.add(lead);
}

// Why it was not possible; empty when it was.
std::string obstacle(const RevisionResult& result) {
  if (const auto* reason = std::get_if<NotPossible>(&result)) return reason->states;
  REQUIRE(std::holds_alternative<Revised>(result));
  return "";
}

}  // namespace

TEST_CASE("a lead can be revised as long as it can still be delivered") {
  const std::map<State, std::string> obstacles{
      {State::pending, ""},
      {State::claimed, "crm is being tried at this moment"},
      {State::delivered, "crm is delivered"},
      {State::dead, ""},
      {State::held, ""},
      {State::discarded, "crm is discarded"},
  };
  for (const auto state : kStates) {
    StoreFixture store;
    const Uuid lead = store.place(state).lead;
    const auto before = store.reader.find(lead);
    INFO(to_string(state));
    REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two"), kOrder)) == obstacles.at(state));
    const auto after = store.reader.find(lead);
    REQUIRE(after->view.deliveries[0].state == state);
    REQUIRE(after->view.lead.disposition == Disposition::deliver);
    if (obstacles.at(state).empty()) {
      REQUIRE(after->view.lead.fields.last_name == "Two");
      REQUIRE(after->revisions.size() == 1);
    } else {
      REQUIRE(after->view.lead.fields == before->view.lead.fields);
      REQUIRE(after->revisions.empty());
      REQUIRE(after->audit.size() == before->audit.size());
    }
  }
}

TEST_CASE("of several deliveries one that waits makes a revision possible, one being tried forbids it") {
  StoreFixture store;
  const Uuid lead = add_for(store, {"crm", "mail"});
  const auto claim = store.claim().at(0);
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two"), kOrder)) ==
          "crm is being tried at this moment");
  REQUIRE(store.finish(claim, {.outcome = Outcome::delivered}));
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two"), kOrder)).empty());
  REQUIRE(store.claim(1, "mail").at(0).lead.fields.last_name == "Two");
}

TEST_CASE("a probe and a lead that is not there cannot be revised") {
  StoreFixture store;
  const Uuid probe = store.add({.source = "marketplace",
                                .disposition = Disposition::probe,
                                .disposition_reason = "empty body",
                                .receipt = StoreFixture::receipt("")});
  REQUIRE(obstacle(store.corrections.revise(probe, revision_to("Two"), kOrder)) ==
          "a probe has nothing to revise");
  REQUIRE(std::holds_alternative<outbox::NoSuchLead>(
      store.corrections.revise(Uuid{}, revision_to("Two"), kOrder)));
}

TEST_CASE("a lead that came while there was no destination gets its deliveries by a revision") {
  StoreFixture store;
  int woken = 0;
  store.corrections.on_due([&] { ++woken; });
  for (const auto disposition : {Disposition::deliver, Disposition::test, Disposition::do_not_contact}) {
    INFO(to_string(disposition));
    const std::string reason = disposition == Disposition::deliver ? "" : "so it was judged";
    const Uuid lead = store.add({.source = "marketplace",
                                 .disposition = disposition,
                                 .disposition_reason = reason,
                                 .receipt = StoreFixture::receipt()});
    auto revision = revision_to("Two");
    revision.deliveries = {{"crm", std::nullopt}};
    REQUIRE(obstacle(store.corrections.revise(lead, revision, kOrder)).empty());
    const auto found = store.reader.find(lead);
    REQUIRE(found->view.lead.disposition == disposition);
    REQUIRE(found->view.lead.disposition_reason == reason);
    REQUIRE(store.claim().at(0).lead.fields.last_name == "Two");
  }
  REQUIRE(woken == 3);
}

TEST_CASE("a lead without deliveries is not revised as long as there is none to be made") {
  StoreFixture store;
  for (const Uuid lead : {add_quarantined(store), add_for(store, {})}) {
    const auto before = store.reader.find(lead);
    const auto result = store.corrections.revise(lead, revision_to("Two"), kOrder);
    REQUIRE(std::holds_alternative<outbox::NoDelivery>(result));
    const auto after = store.reader.find(lead);
    REQUIRE(after->view.lead.disposition == before->view.lead.disposition);
    REQUIRE(after->view.lead.fields == before->view.lead.fields);
    REQUIRE(after->revisions.empty());
    REQUIRE(after->audit.empty());
  }
}

TEST_CASE("a quarantined lead that is revised is delivered with its new fields, and its bytes stay") {
  StoreFixture store;
  int woken = 0;
  store.corrections.on_due([&] { ++woken; });
  const Uuid lead = add_quarantined(store);
  store.clock.advance(1h);
  auto revision = revision_to("Two");
  revision.payload = std::string("{\"a\":\"\0\"}", 9);
  revision.deliveries = {{"crm", std::nullopt}};
  REQUIRE(obstacle(store.corrections.revise(lead, revision, kOrder)).empty());
  REQUIRE(woken == 1);

  const auto found = store.reader.find(lead);
  REQUIRE(found->view.lead.disposition == Disposition::deliver);
  REQUIRE(found->view.lead.disposition_reason.empty());
  REQUIRE(found->payload_sha256 == sha256("{"));
  REQUIRE(store.reader.payload(lead) == "{");
  REQUIRE(store.reader.payload(lead, 1) == revision.payload);
  REQUIRE_FALSE(store.reader.payload(lead, 2));

  REQUIRE(found->revisions.size() == 1);
  REQUIRE(found->revisions[0].number == 1);
  REQUIRE(found->revisions[0].at == store.clock.now());
  REQUIRE(found->revisions[0].actor == "ada");
  REQUIRE(found->revisions[0].reason == "a typing error");
  REQUIRE(found->revisions[0].changes_json == revision.changes_json);
  REQUIRE(found->revisions[0].has_payload);
  REQUIRE(found->audit.size() == 1);
  REQUIRE(found->audit[0].action == "revise");
  REQUIRE(found->audit[0].actor == "ada");
  REQUIRE(found->audit[0].reason == "a typing error");
  REQUIRE(found->audit[0].destination.empty());

  const auto claim = store.claim().at(0);
  REQUIRE(claim.lead.fields.last_name == "Two");
  REQUIRE(claim.lead.payload == revision.payload);
  REQUIRE(store.finish(claim, {.outcome = Outcome::delivered}));
  REQUIRE(store.delivery(lead).state == State::delivered);
}

TEST_CASE("a quarantined lead can turn out to be one that waits for a person") {
  StoreFixture store;
  const Uuid lead = add_quarantined(store);
  auto revision = revision_to("Two");
  revision.disposition = Disposition::do_not_contact;
  revision.disposition_reason = "the action code is DNC";
  revision.deliveries = {{"crm", "the action code is DNC"}};
  REQUIRE(obstacle(store.corrections.revise(lead, revision, kOrder)).empty());
  REQUIRE(store.reader.find(lead)->view.lead.disposition == Disposition::do_not_contact);
  REQUIRE(store.delivery(lead).state == State::held);
  REQUIRE(store.claim().empty());
  REQUIRE(store.overview.status().dispositions.at(0).disposition == Disposition::do_not_contact);
}

TEST_CASE("what was decided about a readable lead stays when it is revised") {
  StoreFixture store;
  outbox::NewLead lead{.source = "marketplace",
                       .receipt = StoreFixture::receipt(),
                       .deliveries = {{"crm", std::nullopt}},
                       .content_sha256 = sha256("hello"),
                       .dedupe_window = 24h};
  const Uuid first = store.add(lead);
  const Uuid duplicate = store.add(lead);
  int woken = 0;
  store.corrections.on_due([&] { ++woken; });
  auto revision = revision_to("Two");
  revision.disposition = Disposition::test;
  revision.disposition_reason = "a test lead";
  revision.deliveries = {{"mail", std::nullopt}};
  REQUIRE(obstacle(store.corrections.revise(duplicate, revision, kOrder)).empty());
  const auto found = store.reader.find(duplicate);
  REQUIRE(found->view.lead.disposition == Disposition::duplicate);
  REQUIRE(found->view.lead.duplicate_of == first);
  REQUIRE(found->view.deliveries.size() == 1);
  REQUIRE_FALSE(found->revisions[0].has_payload);
  REQUIRE_FALSE(store.reader.payload(duplicate, 1));
  REQUIRE(woken == 0);
}

TEST_CASE("a dead lead that was revised and redriven is tried with its new fields") {
  StoreFixture store;
  const Uuid lead = store.place(State::dead).lead;
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two"), kOrder)).empty());
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Three", 2), kOrder)).empty());
  static_cast<void>(store.corrections.redrive(lead, {}, kOrder));
  REQUIRE(store.claim().at(0).lead.fields.last_name == "Three");
  const auto found = store.reader.find(lead);
  REQUIRE(found->revisions.size() == 2);
  REQUIRE(found->revisions[1].number == 2);
}

TEST_CASE("every field is revised") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  auto revision = revision_to("");
  int value = 0;
  for (const auto& field : kLeadFields) revision.fields.*field.member = "value " + std::to_string(++value);
  REQUIRE(obstacle(store.corrections.revise(lead, revision, kOrder)).empty());
  REQUIRE(store.reader.find(lead)->view.lead.fields == revision.fields);
}

TEST_CASE("a revision made from what is no longer the latest is overtaken and changes nothing") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  for (const int number : {0, 2}) {
    REQUIRE(std::holds_alternative<Overtaken>(
        store.corrections.revise(lead, revision_to("Two", number), kOrder)));
  }
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two", 1), kOrder)).empty());
  REQUIRE(std::holds_alternative<Overtaken>(store.corrections.revise(lead, revision_to("Three", 1), kOrder)));
  REQUIRE(store.reader.find(lead)->view.lead.fields.last_name == "Two");
  REQUIRE(store.reader.find(lead)->audit.size() == 1);
}

TEST_CASE("of eight people who revise the same lead at once exactly one succeeds") {
  StoreFixture store(true);
  const Uuid lead = store.add_lead();
  std::vector<RevisionResult> results(8);
  std::vector<std::thread> people;
  people.reserve(results.size());
  for (auto& result : results) {
    people.emplace_back(
        [&store, &lead, &result] { result = store.corrections.revise(lead, revision_to("Two"), kOrder); });
  }
  for (auto& person : people) person.join();
  int revised = 0;
  for (const auto& result : results) {
    REQUIRE((std::holds_alternative<Revised>(result) || std::holds_alternative<Overtaken>(result)));
    revised += std::holds_alternative<Revised>(result) ? 1 : 0;
  }
  REQUIRE(revised == 1);
  REQUIRE(store.reader.find(lead)->revisions.size() == 1);
}

TEST_CASE("a revision that the schema refuses leaves nothing behind") {
  StoreFixture store;
  const Uuid lead = add_quarantined(store);
  auto revision = revision_to("Two");
  revision.deliveries = {{"crm", std::nullopt}};
  revision.disposition_reason = "a lead to be delivered has no reason";
  const auto result = store.corrections.revise(lead, revision, kOrder);
  REQUIRE(std::get<outbox::Failure>(result).kind == outbox::Failure::Kind::refused);
  const auto found = store.reader.find(lead);
  REQUIRE(found->view.lead.disposition == Disposition::quarantined);
  REQUIRE(found->view.deliveries.empty());
  REQUIRE(found->revisions.empty());
  REQUIRE(found->audit.empty());
}

TEST_CASE("no lead changes but by a revision, and no revision ever, not even by hand") {
  StoreFixture store;
  const Uuid lead = store.add({.source = "marketplace",
                               .receipt = StoreFixture::receipt(),
                               .deliveries = {{"crm", std::nullopt}},
                               .content_sha256 = sha256("hello"),
                               .idempotency_key = "k-1"});
  REQUIRE(obstacle(store.corrections.revise(lead, revision_to("Two"), kOrder)).empty());
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  std::vector<std::string> changes{
      "UPDATE lead SET revision = 0",
      "UPDATE lead SET revision = 2",
      "UPDATE lead SET revision = 2, last_name = 'x'",
      "UPDATE lead SET disposition = 'test', disposition_reason = 'x'",
      "UPDATE lead SET disposition = 'duplicate', disposition_reason = 'x', duplicate_of = zeroblob(16)",
      "UPDATE lead SET content_sha256 = NULL",
      "UPDATE lead SET idempotency_key = 'k-2'",
      "UPDATE revision SET reason = 'x'",
      "DELETE FROM revision",
      "INSERT INTO revision VALUES (1, 3, 0, 'x', '', '{}', NULL, 'deliver', '')",
      "INSERT INTO revision VALUES (1, 2, 0, 'x', '', 'no JSON', NULL, 'deliver', '')",
      // Even with a revision.
      "INSERT INTO revision VALUES (1, 2, 0, 'x', '', '{}', NULL, 'deliver', ''); "
      "UPDATE lead SET revision = 2, disposition = 'test', disposition_reason = 'x'",
  };
  for (const auto& field : kLeadFields) {
    changes.push_back("UPDATE lead SET " + std::string(field.name) + " = 'x'");
  }
  for (const auto& change : changes) {
    INFO(change);
    const SQLite::Transaction undone(raw);
    REQUIRE_THROWS_AS(raw.exec(change), SQLite::Exception);
  }
  const SQLite::Transaction undone(raw);
  REQUIRE_NOTHROW(
      raw.exec("INSERT INTO revision VALUES (1, 2, 0, 'x', '', '{}', NULL, 'deliver', ''); "
               "UPDATE lead SET revision = 2, last_name = 'x'"));
}

}  // namespace leadspool
