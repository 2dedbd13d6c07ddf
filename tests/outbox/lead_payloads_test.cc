// Leads read with the bodies they are delivered with, one by one and in portions.
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using test::StoreFixture;

void revise(StoreFixture& store, const Uuid& lead, int number, std::optional<std::string> payload) {
  const outbox::NewRevision revision{.number = number,
                                     .fields = {.last_name = "Revised"},
                                     .changes_json = "{}",
                                     .payload = std::move(payload)};
  REQUIRE(std::holds_alternative<outbox::Revised>(
      store.corrections.revise(lead, revision, outbox::Order{"ada", ""})));
}

Uuid add_with(StoreFixture& store, const std::string& payload, Disposition disposition) {
  outbox::NewLead lead{
      .source = "marketplace", .disposition = disposition, .receipt = store.receipt(payload)};
  if (disposition != Disposition::deliver) lead.disposition_reason = "so";
  return store.add(lead);
}

std::string payload_of(StoreFixture& store, const Uuid& lead) {
  return store.reader.find_with_payload(lead)->payload;
}

// The last names of all leads since then, as they come in portions of `limit`.
std::vector<std::string> names_since(StoreFixture& store, Time since, int limit) {
  std::vector<std::string> names;
  std::optional<std::int64_t> after = 0;
  while (after) {
    const auto portion = store.reader.readable_since(since, limit, *after);
    REQUIRE(static_cast<int>(portion.leads.size()) <= limit);
    for (const auto& lead : portion.leads) names.push_back(lead.fields.last_name);
    after = portion.next_after;
  }
  return names;
}

}  // namespace

TEST_CASE(
    "a lead is delivered with its latest revision's body, or with the one before if that brought none") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  REQUIRE(payload_of(store, lead) == R"({"UserDetails":{}})");
  revise(store, lead, 1, std::nullopt);
  REQUIRE(payload_of(store, lead) == R"({"UserDetails":{}})");
  revise(store, lead, 2, "first body");
  revise(store, lead, 3, std::string("second\0body", 11));
  revise(store, lead, 4, std::nullopt);
  const auto found = store.reader.find_with_payload(lead);
  REQUIRE(found->payload == std::string("second\0body", 11));
  REQUIRE(found->id == lead);
  REQUIRE(found->source == "marketplace");
  REQUIRE(found->fields.last_name == "Revised");
  REQUIRE_FALSE(store.reader.find_with_payload(Uuid{}));
}

TEST_CASE("a claim and a preview see the same body") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  revise(store, lead, 1, "a new body");
  REQUIRE(store.claim().at(0).lead.payload == payload_of(store, lead));
}

TEST_CASE("the newest readable lead is neither a probe nor quarantined") {
  StoreFixture store;
  REQUIRE_FALSE(store.reader.newest_readable());
  add_with(store, "", Disposition::probe);
  REQUIRE_FALSE(store.reader.newest_readable());
  const Uuid first = store.add_lead("First");
  const Uuid second = add_with(store, "kept", Disposition::do_not_contact);
  add_with(store, "{", Disposition::quarantined);
  add_with(store, "", Disposition::probe);
  REQUIRE(store.reader.newest_readable()->id == second);
  REQUIRE(store.reader.newest_readable()->payload == "kept");
  REQUIRE(first != second);
}

TEST_CASE("portions hold every readable lead since a time once, the oldest first") {
  StoreFixture store;
  store.add_lead("Too old");
  store.clock.advance(1h);
  const Time since = store.clock.now();
  std::vector<std::string> all;
  for (int i = 0; i < 7; ++i) {
    all.push_back("Number " + std::to_string(i));
    store.add_lead(all.back());
    add_with(store, "{", Disposition::quarantined);
    store.clock.advance(1s);
  }
  for (const int limit : {1, 2, 3, 7, 8, 500}) REQUIRE(names_since(store, since, limit) == all);
  REQUIRE(names_since(store, since + 6s, 2) == std::vector<std::string>{"Number 6"});
  REQUIRE(names_since(store, store.clock.now(), 2).empty());
}

TEST_CASE("a portion that ends with the last lead says that nothing follows") {
  StoreFixture store;
  REQUIRE_FALSE(store.reader.readable_since({}, 1).next_after);
  store.add_lead("Only");
  const auto portion = store.reader.readable_since({}, 1);
  REQUIRE(portion.leads.size() == 1);
  REQUIRE_FALSE(portion.next_after);
}

TEST_CASE("where leads are many and few match, a portion looks at some of them only") {
  StoreFixture store;
  constexpr int kMany = 2'050;
  for (int i = 0; i < kMany; ++i) add_with(store, "", Disposition::probe);
  store.add_lead("After all the probes");
  const auto portion = store.reader.readable_since({}, 10);
  REQUIRE(portion.leads.empty());
  REQUIRE(portion.next_after);
  REQUIRE(names_since(store, {}, 10) == std::vector<std::string>{"After all the probes"});
}

}  // namespace leadspool
