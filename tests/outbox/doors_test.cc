// Intake, Claims, Corrections and Reader on a real store.
#include <SQLiteCpp/SQLiteCpp.h>

#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;
using namespace std::chrono_literals;

const AttemptOutcome kDown{
    .outcome = Outcome::unavailable, .detail = "connection refused", .cause = "refused"};
const AttemptOutcome kServerError{
    .outcome = Outcome::unavailable, .counts_against_budget = true, .http_status = 500, .cause = "HTTP 500"};
const AttemptOutcome kRejected{.outcome = Outcome::rejected, .http_status = 422, .cause = "no last name"};
const AttemptOutcome kDelivered{.outcome = Outcome::delivered, .http_status = 201, .remote_id = "r-1"};

}  // namespace

TEST_CASE("a lead is read back as it was accepted, byte for byte") {
  StoreFixture store;
  const std::string payload("{\"a\":\"\0\xff\"}", 10);
  outbox::NewLead lead{.source = "marketplace",
                       .disposition = Disposition::quarantined,
                       .disposition_reason = "not text",
                       .receipt = StoreFixture::receipt(payload)};
  int value = 0;
  for (const auto& field : kLeadFields) lead.fields.*field.member = "value " + std::to_string(++value);

  const Uuid id = store.add(lead);
  const auto found = store.reader.find(id);
  REQUIRE(found.has_value());
  REQUIRE(found->view.lead.id == id);
  REQUIRE(found->view.lead.received_at == store.clock.now());
  REQUIRE(found->view.lead.disposition == Disposition::quarantined);
  REQUIRE(found->view.lead.disposition_reason == "not text");
  REQUIRE(found->view.lead.fields == lead.fields);
  REQUIRE(found->payload_sha256 == sha256(payload));
  REQUIRE(found->payload_bytes == 10);
  REQUIRE(store.reader.payload(id) == payload);
  REQUIRE_FALSE(store.reader.payload(Uuid{}));

  // The columns have the fields' names.
  SQLite::Database raw(store.path);
  for (const auto& field : kLeadFields) {
    const auto column = "SELECT " + std::string(field.name) + " FROM lead";
    REQUIRE(raw.execAndGet(column).getString() == lead.fields.*field.member);
  }
}

TEST_CASE("below the free-space floor new leads are refused and nothing else is") {
  StoreFixture store;
  store.add_lead();
  outbox::Intake intake{
      {.minimum_free_bytes = ~0ull}, store.path, store.committer, store.clock, store.random};
  const auto result = intake.accept({.source = "marketplace", .receipt = StoreFixture::receipt()});
  REQUIRE(std::get<outbox::NotStored>(result).reason.find("minimum_free_mib") != std::string::npos);
  REQUIRE(store.finish(store.claim().at(0), kDelivered));
}

TEST_CASE("the worker is told of each accepted lead") {
  StoreFixture store;
  int told = 0;
  store.intake.on_accepted([&] { ++told; });
  store.add_lead();
  REQUIRE(told == 1);
}

TEST_CASE("only what is due is claimed, only for that destination, only once") {
  StoreFixture store;
  const Uuid mine = store.add_lead("One", "crm");
  store.add_lead("Two", "other");
  const auto claims = store.claim();
  REQUIRE(claims.size() == 1);
  REQUIRE(claims[0].lead.id == mine);
  REQUIRE(claims[0].lead.fields.last_name == "One");
  REQUIRE(store.claim().empty());

  REQUIRE(store.finish(claims[0], kDown));
  REQUIRE(store.claim().empty());
  store.clock.advance(5s);
  REQUIRE(store.claim().size() == 1);
}

TEST_CASE("each attempt is recorded with its number, outcome and what it cost") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  store.finish(store.claim().at(0), kDown);
  store.clock.advance(10h);
  store.finish(store.claim().at(0), kServerError);
  store.clock.advance(10h);
  store.finish(store.claim().at(0), kDelivered);

  const auto delivery = store.delivery(lead);
  REQUIRE(delivery.state == State::delivered);
  REQUIRE(delivery.delivered_at() == store.clock.now());
  REQUIRE(delivery.remote_id == "r-1");
  REQUIRE(delivery.attempt_count == 3);
  REQUIRE(delivery.attempts.size() == 3);
  REQUIRE(delivery.attempts[0].number == 1);
  REQUIRE(delivery.attempts[0].outcome == Outcome::unavailable);
  REQUIRE_FALSE(delivery.attempts[0].counted);
  REQUIRE(delivery.attempts[0].detail == "connection refused");
  REQUIRE(delivery.attempts[1].counted);
  REQUIRE(delivery.attempts[1].http_status == 500);
  REQUIRE(delivery.attempts[2].outcome == Outcome::delivered);
}

TEST_CASE("a claim that was lost can neither finish the delivery nor add to its history") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  const auto lost = store.claim().at(0);
  REQUIRE(store.expire() == 1);
  const auto owner = store.claim().at(0);
  REQUIRE_FALSE(store.finish(lost, kDelivered));
  REQUIRE(store.delivery(lead).state == State::claimed);
  REQUIRE(store.delivery(lead).attempts.size() == 1);
  REQUIRE(store.finish(owner, kDelivered));
}

TEST_CASE("finishing twice, as after a commit whose answer was lost, changes nothing the second time") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  const auto claim = store.claim().at(0);
  REQUIRE(store.finish(claim, kDelivered));
  REQUIRE_FALSE(store.finish(claim, kDelivered));
  REQUIRE(store.delivery(lead).attempts.size() == 1);
}

TEST_CASE("given back, a delivery is due at once, untried, and the reason is on record") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  const auto claim = store.claim().at(0);
  const auto give_back = [&](std::int64_t claim_id, std::optional<std::int64_t> only) {
    store.doors.unclaim(claim_id, only, "shutdown", store.clock.now(),
                        [](const auto& result) { REQUIRE_FALSE(result); });
  };
  give_back(claim.claim_id + 1, std::nullopt);
  give_back(claim.claim_id, claim.delivery_id + 1);
  REQUIRE(store.delivery(lead).state == State::claimed);
  give_back(claim.claim_id, std::nullopt);
  const auto found = store.reader.find(lead);
  REQUIRE(found->view.deliveries[0].state == State::pending);
  REQUIRE(found->view.deliveries[0].attempt_count == 0);
  REQUIRE(found->audit.size() == 1);
  REQUIRE(found->audit[0].actor == "worker");
  REQUIRE(found->audit[0].action == "unclaim");
  REQUIRE(found->audit[0].reason == "shutdown");
  REQUIRE(store.claim().size() == 1);
}

TEST_CASE(
    "a delivery that was claimed by a process that died is tried again, and dead after the third time") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  for (int crash = 1; crash <= 3; ++crash) {
    REQUIRE(store.claim().size() == 1);
    REQUIRE(store.expire() == 1);
    REQUIRE(store.delivery(lead).state == (crash < 3 ? State::pending : State::dead));
    REQUIRE(store.delivery(lead).attempts.back().outcome == Outcome::interrupted);
  }
  REQUIRE(store.delivery(lead).cause == "poison");
}

TEST_CASE("a redrive forgives the crashes from before it") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  const auto crash = [&] {
    REQUIRE(store.claim().size() == 1);
    REQUIRE(store.expire() == 1);
    return store.delivery(lead).state;
  };
  for (int i = 0; i < 3; ++i) (void)crash();
  REQUIRE(store.delivery(lead).state == State::dead);
  static_cast<void>(store.corrections.redrive(lead, {}, {"ada", "the machine was mended"}));
  REQUIRE(crash() == State::pending);
  REQUIRE(crash() == State::pending);
  REQUIRE(crash() == State::dead);
}

TEST_CASE("crashes that lie days apart do not add up") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  for (int crash = 0; crash < 5; ++crash) {
    static_cast<void>(store.claim());
    store.expire();
    store.clock.advance(50h);
  }
  REQUIRE(store.delivery(lead).state == State::pending);
}

TEST_CASE("a lease that still runs is not taken back") {
  StoreFixture store;
  store.add_lead();
  static_cast<void>(store.claim());
  REQUIRE(store.expire(store.clock.now()) == 0);
  store.clock.advance(2min);
  REQUIRE(store.expire(store.clock.now()) == 1);
}

TEST_CASE("what waits for the destination is hastened, what waits for its own trouble is not") {
  StoreFixture store;
  const Uuid destination_trouble = store.add_lead("One");
  store.finish(store.claim().at(0), kDown);
  const Uuid own_trouble = store.add_lead("Two");
  store.finish(store.claim().at(0), kServerError);
  store.doors.hasten("crm", store.clock.now(), [](const auto& result) { REQUIRE_FALSE(result); });
  REQUIRE(store.delivery(destination_trouble).next_attempt_at == store.clock.now());
  REQUIRE(store.delivery(own_trouble).next_attempt_at == store.clock.now() + 5s);
}

TEST_CASE("a redrive gives a fresh budget, keeps the history, and is on record") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  store.finish(store.claim().at(0), kRejected);
  REQUIRE(store.delivery(lead).state == State::dead);
  REQUIRE(store.delivery(lead).cause == "no last name");

  const auto result = store.corrections.redrive(lead, std::nullopt, {"ada", "mended the mapping"});
  REQUIRE(std::get<outbox::Corrected>(result).destinations == std::vector<std::string>{"crm"});
  REQUIRE(store.delivery(lead).state == State::pending);
  REQUIRE(store.delivery(lead).cause.empty());
  REQUIRE(store.delivery(lead).attempts.size() == 1);
  REQUIRE(store.reader.find(lead)->audit[0].actor == "ada");
  REQUIRE(store.reader.find(lead)->audit[0].reason == "mended the mapping");

  const auto again = store.claim().at(0);
  REQUIRE(again.delivery.tries == 0);
  REQUIRE(again.delivery.budget_spent == 0);
  REQUIRE(again.delivery.attempt_count == 1);
}

TEST_CASE("a correction names what stands in its way") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  const auto refused = store.corrections.redrive(lead, std::nullopt, {"ada", ""});
  REQUIRE(std::get<outbox::NotPossible>(refused).states == "crm is pending");
  const auto elsewhere = store.corrections.redrive(lead, "other", {"ada", ""});
  REQUIRE(std::get<outbox::NotPossible>(elsewhere).states == "there is no such delivery");
  REQUIRE(std::holds_alternative<outbox::NoSuchLead>(
      store.corrections.redrive(Uuid{}, std::nullopt, {"ada", ""})));
}

TEST_CASE("a correction can mean one destination of several") {
  StoreFixture store;
  const Uuid lead = store.add({.source = "marketplace",
                               .receipt = StoreFixture::receipt(),
                               .deliveries = {{"a", "held"}, {"b", "held"}}});
  static_cast<void>(store.corrections.release(lead, "b", {"ada", ""}));
  const auto deliveries = store.reader.find(lead)->view.deliveries;
  REQUIRE(deliveries[0].state == State::held);
  REQUIRE(deliveries[1].state == State::pending);
}

TEST_CASE("paging shows every lead once, newest first, while leads come in") {
  StoreFixture store;
  std::vector<Uuid> leads;
  for (int i = 0; i < 25; ++i) leads.push_back(store.add_lead());
  std::vector<Uuid> seen;
  std::optional<std::int64_t> before;
  do {
    const auto page = store.reader.list({}, 10, before);
    for (const auto& view : page.leads) seen.push_back(view.lead.id);
    before = page.next_before;
    store.add_lead();
  } while (before);
  REQUIRE(seen == std::vector<Uuid>(leads.rbegin(), leads.rend()));
}

TEST_CASE("filters combine") {
  StoreFixture store;
  const Uuid dead = store.add_lead("Dead");
  store.finish(store.claim().at(0), kRejected);
  store.clock.advance(1h);
  const Uuid pending = store.add_lead("Pending");
  const Uuid elsewhere = store.add({.source = "other",
                                    .disposition = Disposition::test,
                                    .disposition_reason = "a test lead",
                                    .receipt = StoreFixture::receipt(),
                                    .deliveries = {{"b", std::nullopt}, {"c", std::nullopt}}});
  const auto ids = [&](const outbox::LeadFilter& filter) {
    std::vector<Uuid> found;
    for (const auto& view : store.reader.list(filter, 50, std::nullopt).leads) found.push_back(view.lead.id);
    return found;
  };
  using Ids = std::vector<Uuid>;
  REQUIRE(ids({.state = State::dead}) == Ids{dead});
  REQUIRE(ids({.state = State::pending}) == Ids{elsewhere, pending});
  REQUIRE(ids({.state = State::pending, .destination = "crm"}) == Ids{pending});
  REQUIRE(ids({.destination = "crm"}) == Ids{pending, dead});
  REQUIRE(ids({.cause = "no last name"}) == Ids{dead});
  REQUIRE(ids({.source = "other"}) == Ids{elsewhere});
  REQUIRE(ids({.disposition = Disposition::test}) == Ids{elsewhere});
  REQUIRE(ids({.from = store.clock.now()}) == Ids{elsewhere, pending});
  REQUIRE(ids({.to = store.clock.now()}) == Ids{dead});
  REQUIRE(ids({.state = State::dead, .source = "other"}).empty());
}

TEST_CASE("dead letters group by cause and destination, the largest group first") {
  StoreFixture store;
  for (int i = 0; i < 3; ++i) store.add_lead();
  for (const auto& claim : store.claim()) store.finish(claim, kRejected);
  store.clock.advance(1h);
  const Uuid other = store.add_lead();
  store.finish(store.claim().at(0), {.outcome = Outcome::rejected, .cause = "bad e-mail"});
  const auto groups = store.overview.dead_letters();
  REQUIRE(groups.size() == 2);
  REQUIRE(groups[0].cause == "no last name");
  REQUIRE(groups[0].count == 3);
  REQUIRE(groups[0].first == groups[0].last);
  REQUIRE(groups[1].sample == other);
}

TEST_CASE("the status counts states and knows the oldest lead that is not delivered") {
  StoreFixture store;
  REQUIRE(store.overview.status().leads == 0);
  REQUIRE_FALSE(store.overview.status().oldest_undelivered_received_at);
  const Time first = store.clock.now();
  store.add_lead();
  store.clock.advance(1h);
  store.add_lead();
  REQUIRE(store.overview.status().oldest_undelivered_received_at == first);
  store.finish(store.claim(1).at(0), kDelivered);
  const auto status = store.overview.status();
  REQUIRE(status.leads == 2);
  REQUIRE(status.oldest_undelivered_received_at == store.clock.now());
  REQUIRE(status.last_received_at == store.clock.now());
  REQUIRE(status.deliveries.size() == 2);
  REQUIRE(status.deliveries[0].state == State::delivered);
  REQUIRE(status.deliveries[0].count == 1);
  REQUIRE(status.store_bytes > 0);
}

TEST_CASE("a pending lead with a payload of 300 bytes takes at most 900 bytes of disk, indexes included") {
  StoreFixture store;
  outbox::NewLead lead{.source = "marketplace",
                       .fields = {.first_name = "Some",
                                  .last_name = "One",
                                  .email = "someone@contoso.com",
                                  .phone = "16175555555",
                                  .country = "USA",
                                  .company = "Contoso",
                                  .title = "Esquire",
                                  .offer_title = "Test Microsoft",
                                  .lead_source = "AzureMarketplace",
                                  .action_code = "INS",
                                  .description = "Test run through Power Automate"},
                       .receipt = StoreFixture::receipt(std::string(300, 'p')),
                       .deliveries = {{"crm", std::nullopt}}};
  constexpr int kLeads = 5'000;
  const auto file_size = [&] {
    SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
    raw.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
    return std::filesystem::file_size(store.path);
  };
  const auto before = file_size();
  for (int i = 0; i < kLeads; ++i) {
    lead.content_sha256 = sha256(std::to_string(i));
    store.add(lead);
  }
  REQUIRE((file_size() - before) / kLeads <= 900);
}

}  // namespace leadspool
