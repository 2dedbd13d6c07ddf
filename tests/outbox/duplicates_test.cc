// What Intake makes of a lead that came before: by its content, and by the sender's own key.
#include <algorithm>
#include <map>
#include <thread>

#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::Accepted;
using outbox::NewLead;
using outbox::Repeated;
using test::StoreFixture;

NewLead lead_saying(const std::string& content) {
  return {.source = "marketplace",
          .receipt = StoreFixture::receipt(),
          .deliveries = {{"crm", std::nullopt}, {"mail", std::nullopt}},
          .content_sha256 = sha256(content),
          .dedupe_window = 24h};
}

NewLead lead_with_key(const std::string& key) {
  auto lead = lead_saying("the same");
  lead.idempotency_key = key;
  return lead;
}

Accepted accept(StoreFixture& store, const NewLead& lead) {
  return std::get<Accepted>(store.intake.accept(lead));
}

std::optional<Uuid> duplicate_of(StoreFixture& store, const NewLead& lead) {
  return accept(store, lead).duplicate_of;
}

// What eight senders get for the same lead at once.
std::vector<std::variant<Accepted, Repeated, outbox::NotStored>> accept_at_once(StoreFixture& store,
                                                                                const NewLead& lead) {
  std::vector<std::variant<Accepted, Repeated, outbox::NotStored>> results(8);
  std::vector<std::thread> senders;
  senders.reserve(results.size());
  for (auto& result : results) {
    senders.emplace_back([&store, &lead, &result] { result = store.intake.accept(lead); });
  }
  for (auto& sender : senders) sender.join();
  return results;
}

}  // namespace

TEST_CASE("a lead that says the same as one before it is stored as its duplicate, and held") {
  StoreFixture store;
  const Uuid first = store.add(lead_saying("hello"));
  const auto second = accept(store, lead_saying("hello"));
  REQUIRE(second.duplicate_of == first);
  REQUIRE_FALSE(duplicate_of(store, lead_saying("good-bye")));

  const auto found = store.reader.find(second.id);
  REQUIRE(found->view.lead.disposition == Disposition::duplicate);
  REQUIRE(found->view.lead.duplicate_of == first);
  REQUIRE(found->view.lead.disposition_reason == "the same lead came before, as " + to_string(first));
  REQUIRE(found->view.deliveries.size() == 2);
  for (const auto& delivery : found->view.deliveries) {
    REQUIRE(delivery.state == State::held);
    REQUIRE(delivery.held_reason == found->view.lead.disposition_reason);
  }
  REQUIRE(store.reader.find(first)->duplicate_count == 1);
  REQUIRE(store.reader.find(second.id)->duplicate_count == 0);
  REQUIRE(store.claim().size() == 2);
}

TEST_CASE("a duplicate keeps the reason of what it was judged to be, and can be released") {
  StoreFixture store;
  auto lead = lead_saying("hello");
  lead.disposition = Disposition::test;
  lead.disposition_reason = "a test lead";
  lead.deliveries[0].held_reason = "test leads are held";
  const Uuid first = store.add(lead);
  const Uuid second = accept(store, lead).id;
  const auto judged = store.reader.find(second)->view.lead;
  REQUIRE(judged.disposition == Disposition::duplicate);
  REQUIRE(judged.disposition_reason == "the same lead came before, as " + to_string(first) + "; a test lead");
  REQUIRE(store.delivery(second).held_reason == judged.disposition_reason);

  static_cast<void>(store.corrections.release(second, {}, {"ada", "it is another person"}));
  REQUIRE(store.delivery(second).state == State::pending);
}

TEST_CASE("a lead is a duplicate up to the end of the window, and not after it") {
  StoreFixture store;
  const Uuid first = store.add(lead_saying("hello"));
  store.clock.advance(24h);
  REQUIRE(duplicate_of(store, lead_saying("hello")) == first);
  store.clock.advance(1ms);
  REQUIRE_FALSE(duplicate_of(store, lead_saying("hello")));
}

TEST_CASE("a lead that comes again and again gets through once in each window") {
  StoreFixture store;
  Uuid first;
  for (int hour = 0; hour < 100; ++hour) {
    const auto accepted = accept(store, lead_saying("hello"));
    INFO("hour " << hour);
    // At hour 24 the first still counts, at hour 25 the next one is let through.
    if (hour % 25 == 0) {
      REQUIRE_FALSE(accepted.duplicate_of);
      first = accepted.id;
    } else {
      REQUIRE(accepted.duplicate_of == first);
    }
    store.clock.advance(1h);
  }
  REQUIRE(store.reader.find(first)->duplicate_count == 24);
}

TEST_CASE("without a window nothing is a duplicate") {
  StoreFixture store;
  auto lead = lead_saying("hello");
  lead.dedupe_window = 0h;
  store.add(lead);
  REQUIRE_FALSE(duplicate_of(store, lead));
  // It is remembered all the same, for the day on which there is one.
  REQUIRE(duplicate_of(store, lead_saying("hello")));
}

TEST_CASE("leads of different sources are never duplicates of each other") {
  StoreFixture store;
  store.add(lead_saying("hello"));
  auto elsewhere = lead_saying("hello");
  elsewhere.source = "partner";
  REQUIRE_FALSE(duplicate_of(store, elsewhere));
  REQUIRE(duplicate_of(store, elsewhere));
}

TEST_CASE("leads without content, probes and quarantined leads are never compared") {
  StoreFixture store;
  auto silent = lead_saying("");
  silent.content_sha256 = std::nullopt;
  store.add(silent);
  REQUIRE_FALSE(duplicate_of(store, silent));
  for (const auto disposition : {Disposition::probe, Disposition::quarantined}) {
    auto lead = lead_saying(std::string(to_string(disposition)));
    lead.deliveries.clear();
    lead.disposition = disposition;
    lead.disposition_reason = "so it is";
    store.add(lead);
    REQUIRE_FALSE(duplicate_of(store, lead));
    REQUIRE_FALSE(duplicate_of(store, lead_saying(std::string(to_string(disposition)))));
  }
}

TEST_CASE("the first lead is the one stored first, whatever the clock was set to") {
  StoreFixture store;
  const Uuid first = store.add(lead_saying("hello"));
  store.clock.set_by(-5h);
  REQUIRE(duplicate_of(store, lead_saying("hello")) == first);
  store.clock.set_by(10h);
  REQUIRE(duplicate_of(store, lead_saying("hello")) == first);

  const Uuid keyed = store.add(lead_with_key("k-1"));
  store.clock.set_by(-5h);
  store.add(lead_with_key("k-2"));
  REQUIRE(duplicate_of(store, lead_saying("the same")) == keyed);
}

TEST_CASE("of the same lead posted by eight senders at once exactly one is no duplicate") {
  StoreFixture store(true);
  const auto results = accept_at_once(store, lead_saying("hello"));
  std::vector<Uuid> firsts;
  for (const auto& result : results) {
    const auto& accepted = std::get<Accepted>(result);
    if (!accepted.duplicate_of) firsts.push_back(accepted.id);
  }
  REQUIRE(firsts.size() == 1);
  for (const auto& result : results) {
    const auto& accepted = std::get<Accepted>(result);
    REQUIRE(accepted.duplicate_of.value_or(firsts[0]) == firsts[0]);
  }
  REQUIRE(store.reader.find(firsts[0])->duplicate_count == 7);
}

TEST_CASE("the same key with the same body stores nothing more, for good") {
  StoreFixture store;
  int told = 0;
  store.intake.on_accepted([&] { ++told; });
  auto lead = lead_with_key("k-1");
  lead.receipt = StoreFixture::receipt("first");
  const Uuid first = store.add(lead);
  store.clock.advance(10 * 8'760h);

  const auto result = store.intake.accept(lead);
  const auto& repeated = std::get<Repeated>(result);
  REQUIRE(repeated.id == first);
  REQUIRE(repeated.disposition == Disposition::deliver);
  REQUIRE(repeated.disposition_reason.empty());
  REQUIRE(repeated.payload_sha256 == sha256("first"));
  REQUIRE_FALSE(repeated.stored_as);
  REQUIRE(store.overview.status().leads == 1);
  REQUIRE(store.reader.find(first)->duplicate_count == 0);
  REQUIRE(told == 1);
}

TEST_CASE("a key that comes again with another body loses nothing: that body is a held duplicate") {
  StoreFixture store;
  int told = 0;
  store.intake.on_accepted([&] { ++told; });
  const Uuid first = store.add(lead_with_key("k-1"));
  auto other = lead_with_key("k-1");
  other.content_sha256 = sha256("something else");
  other.receipt = StoreFixture::receipt("second");
  other.disposition = Disposition::test;
  other.disposition_reason = "a test lead";

  const auto result = store.intake.accept(other);
  const auto& repeated = std::get<Repeated>(result);
  REQUIRE(repeated.id == first);
  REQUIRE(repeated.disposition == Disposition::deliver);
  REQUIRE(repeated.payload_sha256 == StoreFixture::receipt().payload_sha256);
  const auto stored = store.reader.find(repeated.stored_as.value());
  REQUIRE(store.reader.payload(*repeated.stored_as) == "second");
  REQUIRE(stored->view.lead.disposition == Disposition::duplicate);
  REQUIRE(stored->view.lead.duplicate_of == first);
  REQUIRE(stored->view.lead.disposition_reason ==
          "the sender's key came before with another body, as " + to_string(first) + "; a test lead");
  REQUIRE(stored->view.deliveries.size() == 2);
  for (const auto& delivery : stored->view.deliveries) {
    REQUIRE(delivery.state == State::held);
    REQUIRE(delivery.held_reason == stored->view.lead.disposition_reason);
  }
  REQUIRE(told == 2);

  // The key stays the first one's.
  const auto again = store.intake.accept(lead_with_key("k-1"));
  REQUIRE(std::get<Repeated>(again).id == first);
  REQUIRE_FALSE(std::get<Repeated>(again).stored_as);
}

TEST_CASE("a key that comes again with what is no lead is answered as at first, and that is kept") {
  for (const auto disposition : {Disposition::quarantined, Disposition::probe}) {
    StoreFixture store;
    const Uuid first = store.add(lead_with_key("k-1"));
    const auto result = store.intake.accept({.source = "marketplace",
                                             .disposition = disposition,
                                             .disposition_reason = "so it is",
                                             .receipt = StoreFixture::receipt("{"),
                                             .idempotency_key = "k-1"});
    const auto& repeated = std::get<Repeated>(result);
    REQUIRE(repeated.id == first);
    const auto stored = store.reader.find(repeated.stored_as.value());
    REQUIRE(stored->view.lead.disposition == disposition);
    REQUIRE(stored->view.lead.disposition_reason == "so it is");
    REQUIRE_FALSE(stored->view.lead.duplicate_of);
    REQUIRE(store.reader.payload(*repeated.stored_as) == "{");
  }
}

TEST_CASE("a probe does not use its key up") {
  StoreFixture store;
  const NewLead probe{.source = "marketplace",
                      .disposition = Disposition::probe,
                      .disposition_reason = "empty body",
                      .receipt = StoreFixture::receipt(""),
                      .idempotency_key = "k-1"};
  const Uuid first = store.add(probe);
  REQUIRE(store.add(probe) != first);
  const auto lead = accept(store, lead_with_key("k-1"));
  REQUIRE_FALSE(lead.duplicate_of);
  REQUIRE(store.claim().size() == 1);
  REQUIRE(std::get<Repeated>(store.intake.accept(lead_with_key("k-1"))).id == lead.id);
}

TEST_CASE("after a quarantined lead its key says nothing, until a person made a lead of it") {
  StoreFixture store;
  const Uuid broken = store.add({.source = "marketplace",
                                 .disposition = Disposition::quarantined,
                                 .disposition_reason = "not JSON",
                                 .receipt = StoreFixture::receipt("{"),
                                 .idempotency_key = "k-1"});
  const auto mended = accept(store, lead_with_key("k-1"));
  REQUIRE_FALSE(mended.duplicate_of);
  REQUIRE(store.claim().size() == 1);
  REQUIRE(accept(store, lead_with_key("k-1")).duplicate_of == mended.id);

  outbox::NewRevision revision;
  revision.changes_json = "{}";
  revision.deliveries = {{"crm", std::nullopt}};
  static_cast<void>(store.corrections.revise(broken, revision, {"ada", ""}));
  const auto repeated = std::get<Repeated>(store.intake.accept(lead_with_key("k-1")));
  REQUIRE(repeated.id == broken);
  REQUIRE(store.reader.find(repeated.stored_as.value())->view.lead.duplicate_of == broken);
}

TEST_CASE("a repeated key tells that the first lead was quarantined, and why") {
  StoreFixture store;
  NewLead unreadable{.source = "marketplace",
                     .disposition = Disposition::quarantined,
                     .disposition_reason = "not JSON",
                     .receipt = StoreFixture::receipt("{"),
                     .idempotency_key = "k-1"};
  store.add(unreadable);
  const auto repeated = std::get<Repeated>(store.intake.accept(unreadable));
  REQUIRE(repeated.disposition == Disposition::quarantined);
  REQUIRE(repeated.disposition_reason == "not JSON");
}

TEST_CASE("keys of different sources have nothing to do with each other") {
  StoreFixture store;
  store.add(lead_with_key("k-1"));
  auto elsewhere = lead_with_key("k-1");
  elsewhere.source = "partner";
  REQUIRE(std::holds_alternative<Accepted>(store.intake.accept(elsewhere)));
  REQUIRE(std::holds_alternative<Repeated>(store.intake.accept(elsewhere)));
}

TEST_CASE("a lead with a key is not compared by content, but one without can be its duplicate") {
  StoreFixture store;
  const Uuid first = store.add(lead_with_key("k-1"));
  REQUIRE_FALSE(duplicate_of(store, lead_with_key("k-2")));
  REQUIRE(duplicate_of(store, lead_saying("the same")) == first);
}

TEST_CASE("of the same key posted by eight senders at once exactly one lead is stored") {
  StoreFixture store(true);
  const auto results = accept_at_once(store, lead_with_key("k-1"));
  const auto first = std::find_if(results.begin(), results.end(), [](const auto& result) {
    return std::holds_alternative<Accepted>(result);
  });
  REQUIRE(first != results.end());
  for (const auto& result : results) {
    if (&result == &*first) continue;
    REQUIRE(std::get<Repeated>(result).id == std::get<Accepted>(*first).id);
  }
  REQUIRE(store.overview.status().leads == 1);
}

TEST_CASE("leads are counted and listed by what was decided about them") {
  StoreFixture store;
  REQUIRE(store.overview.status().dispositions.empty());
  const Uuid first = store.add(lead_saying("hello"));
  const Uuid second = accept(store, lead_saying("hello")).id;
  const Uuid third = accept(store, lead_saying("hello")).id;
  auto test_lead = lead_saying("testing");
  test_lead.disposition = Disposition::test;
  test_lead.disposition_reason = "a test lead";
  const Uuid fourth = store.add(test_lead);

  std::map<Disposition, std::int64_t> counts;
  const auto status = store.overview.status();
  for (const auto& each : status.dispositions) counts[each.disposition] = each.count;
  const std::map<Disposition, std::int64_t> expected{
      {Disposition::deliver, 1}, {Disposition::test, 1}, {Disposition::duplicate, 2}};
  REQUIRE(counts == expected);

  const auto ids = [&](Disposition disposition) {
    std::vector<Uuid> found;
    const auto page = store.reader.list({.disposition = disposition}, 50, std::nullopt);
    for (const auto& view : page.leads) found.push_back(view.lead.id);
    return found;
  };
  REQUIRE(ids(Disposition::deliver) == std::vector{first});
  REQUIRE(ids(Disposition::duplicate) == std::vector{third, second});
  REQUIRE(ids(Disposition::test) == std::vector{fourth});
}

}  // namespace leadspool
