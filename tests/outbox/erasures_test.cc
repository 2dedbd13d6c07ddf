#include "outbox/erasures.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"
#include "support/remnants.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

const outbox::Order kOrder{"ada", "asked for by mail"};
const std::vector<std::string> kAnna{"Annabella", "Kowalczyk", "anna.k@contoso.com", "+48 600 700 800"};

outbox::NewLead anna() {
  outbox::NewLead lead{.source = "marketplace", .deliveries = {{"crm", std::nullopt}}};
  lead.fields.first_name = kAnna[0];
  lead.fields.last_name = kAnna[1];
  lead.fields.email = kAnna[2];
  lead.fields.phone = kAnna[3];
  lead.receipt =
      StoreFixture::receipt(R"({"Email":"Anna.K@Contoso.com","Phone":"+48 600 700 800","Name":"ANNABELLA"})");
  lead.receipt.headers_json = R"({"From":"anna.k@contoso.com"})";
  lead.receipt.remote_address = "203.0.113.7";
  return lead;
}

outbox::Erased erased(outbox::ErasureResult result) { return std::get<outbox::Erased>(std::move(result)); }

int count(const StoreFixture& store, const std::string& sql) {
  return SQLite::Database(store.path).execAndGet("SELECT count(*) FROM " + sql).getInt();
}

}  // namespace

TEST_CASE("an erased lead leaves a tombstone, and nothing of the person in any file") {
  StoreFixture store;
  const auto lead = store.add(anna());
  store.add_lead("Another");
  store.tidy_up();
  const auto claims = store.claim(1);
  AttemptOutcome refusal{.outcome = Outcome::rejected, .cause = "no such country"};
  refusal.detail = "Annabella Kowalczyk is known already";
  store.finish(claims.at(0), refusal);
  outbox::NewRevision revision;
  revision.fields.last_name = "Kowalczyk-Nowak";
  revision.fields.email = kAnna[2];
  revision.changes_json = R"({"last_name":{"from":"Kowalczyk","to":"Kowalczyk-Nowak"}})";
  revision.payload = R"({"Email":"anna.k@contoso.com"})";
  REQUIRE(std::holds_alternative<outbox::Revised>(
      store.corrections.revise(lead, revision, {"ada", "Annabella rang"})));
  REQUIRE_FALSE(test::remnants_of(kAnna, store.path).empty());

  const auto result = erased(store.erasures.erase(lead, kOrder));
  REQUIRE(result.leads == std::vector<Uuid>{lead});
  REQUIRE(result.elsewhere.empty());
  store.tidy_up();
  REQUIRE(test::remnants_of(kAnna, store.path) == std::vector<std::string>{});
  REQUIRE(test::remnants_of({"nowak", "203.0.113.7"}, store.path) == std::vector<std::string>{});

  const auto detail = store.reader.find(lead);
  REQUIRE(detail->view.erased_at == store.clock.now());
  REQUIRE(detail->view.lead.source == "marketplace");
  REQUIRE(detail->view.deliveries.at(0).state == State::discarded);
  REQUIRE(detail->view.deliveries.at(0).attempts.at(0).outcome == Outcome::rejected);
  REQUIRE(detail->view.deliveries.at(0).attempts.at(0).detail.empty());
  REQUIRE(detail->revisions.at(0).changes_json == "{}");
  REQUIRE(detail->audit.front().reason.empty());
  REQUIRE(detail->audit.back().action == "erase");
  REQUIRE(detail->audit.back().actor == "ada");
  REQUIRE(detail->audit.back().reason == "asked for by mail");
  REQUIRE(count(store, "lead") == 2);
  REQUIRE(count(store, "lead_count WHERE count = 2") == 1);
  REQUIRE(count(store, "delivery_count WHERE state = 'discarded' AND count = 1") == 1);
}

TEST_CASE("a lead can be erased in every state but while it is being tried") {
  for (const State state : {State::pending, State::held, State::dead, State::discarded, State::delivered}) {
    StoreFixture store;
    const auto lead = store.place(state).lead;
    const auto result = erased(store.erasures.erase(lead, kOrder));
    REQUIRE(result.elsewhere.size() == (state == State::delivered ? 1 : 0));
    const auto delivery = store.delivery(lead);
    REQUIRE(delivery.state == (state == State::delivered ? State::delivered : State::discarded));
    REQUIRE(delivery.cause.empty());
    REQUIRE(delivery.held_reason.empty());
    REQUIRE(std::holds_alternative<outbox::AlreadyErased>(store.erasures.erase(lead, kOrder)));
  }
  StoreFixture store;
  const auto lead = store.place(State::claimed).lead;
  const auto result = store.erasures.erase(lead, kOrder);
  REQUIRE(std::get<outbox::NotPossible>(result).states == "crm is being tried at this moment");
  REQUIRE_FALSE(store.reader.find(lead)->view.erased_at);
}

TEST_CASE("an unknown lead is not erased") {
  StoreFixture store;
  REQUIRE(std::holds_alternative<outbox::NoSuchLead>(store.erasures.erase(Uuid{}, kOrder)));
}

TEST_CASE("where a CRM may have the record after a lost answer, that is told") {
  StoreFixture store;
  const auto lead = store.add_lead();
  store.finish(store.claim().at(0), {.outcome = Outcome::ambiguous});
  const auto result = erased(store.erasures.erase(lead, kOrder));
  REQUIRE(result.elsewhere.at(0).destination == "crm");
  REQUIRE(result.elsewhere.at(0).remote_id.empty());
}

TEST_CASE("a person's leads are erased wherever they bear the address, and those being tried are spared") {
  StoreFixture store;
  const auto first = store.add(anna());
  const auto other = store.add_lead("Other");
  auto quarantined = anna();
  quarantined.fields = {};
  quarantined.deliveries.clear();
  quarantined.disposition = Disposition::quarantined;
  quarantined.disposition_reason = "no JSON";
  const auto unreadable = store.add(quarantined);
  const auto tried = store.claim(1);
  REQUIRE(tried.at(0).lead.id == first);

  auto result = std::get<outbox::Erased>(store.erasures.erase_person("ANNA.K@contoso.com", kOrder));
  REQUIRE(result.leads == std::vector<Uuid>{unreadable});
  REQUIRE(result.spared.at(0).lead == first);
  store.finish(tried.at(0), {.outcome = Outcome::delivered, .remote_id = "r-1"});

  result = std::get<outbox::Erased>(store.erasures.erase_person("anna.k@contoso.com", kOrder));
  REQUIRE(result.leads == std::vector<Uuid>{first});
  REQUIRE(result.elsewhere.at(0).remote_id == "r-1");
  REQUIRE_FALSE(store.reader.find(other)->view.erased_at);
  result = std::get<outbox::Erased>(store.erasures.erase_person("anna.k@contoso.com", kOrder));
  REQUIRE(result.leads.empty());
}

TEST_CASE("an erased lead neither counts as the first of a duplicate nor keeps its sender's key") {
  StoreFixture store;
  auto lead = anna();
  lead.idempotency_key = "k-1";
  const auto first = store.add(lead);
  static_cast<void>(erased(store.erasures.erase(first, kOrder)));
  REQUIRE(store.add(lead) != first);
}

TEST_CASE("answers that were remembered of an erased lead are forgotten") {
  StoreFixture store;
  const auto lead = store.add_lead();
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.exec("INSERT INTO given_answer VALUES ('api', 'a', zeroblob(32), 1, NULL, 200, '{\"leads\":[\"" +
           to_string(lead) + "\"]}'), ('api', 'b', zeroblob(32), 1, NULL, 200, '{}')");
  raw.exec("INSERT INTO given_answer SELECT 'api', 'c', zeroblob(32), 1, id, 200, '{}' FROM lead");
  static_cast<void>(erased(store.erasures.erase(lead, kOrder)));
  REQUIRE(raw.execAndGet("SELECT group_concat(key) FROM given_answer").getString() == "b");
}

}  // namespace leadspool
