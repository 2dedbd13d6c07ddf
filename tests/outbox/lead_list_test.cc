// Lists of leads: what their filters let pass, alone and together, and what a page costs.
#include "outbox/lead_list.h"

#include <algorithm>
#include <random>

#include "outbox/connection.h"
#include "outbox/search_index.h"
#include "outbox/watched_statements.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using namespace std::chrono_literals;
using outbox::LeadFilter;
using outbox::LeadView;
using test::StoreFixture;

const std::vector<std::string> kSources{"marketplace", "fair", "partner"};
const std::vector<std::string> kDestinations{"crm", "mail", "hook"};
const std::vector<std::string> kCauses{"no last name", "duplicate"};
const std::vector<std::string> kNames{"Anna", "Bob", "Zo\xc3\xab"};
const std::vector<Disposition> kLeadDispositions{Disposition::deliver, Disposition::test, Disposition::probe};

// A store of many kinds of leads, each step taken by dice.
struct VariedStore : StoreFixture {
  template <typename T>
  const T& any_of(const std::vector<T>& values) {
    return values[dice() % values.size()];
  }

  Uuid add_any() {
    const auto disposition = dice() % 3 == 0 ? any_of(kLeadDispositions) : Disposition::deliver;
    outbox::NewLead lead{.source = any_of(kSources),
                         .disposition = disposition,
                         .disposition_reason = disposition == Disposition::deliver ? "" : "so it says",
                         .receipt = receipt()};
    lead.fields.first_name = any_of(kNames);
    lead.fields.email = lead.fields.first_name + "@contoso.com";
    for (const auto& destination : kDestinations) {
      if (disposition == Disposition::probe || dice() % 3 == 0) continue;
      lead.deliveries.push_back(
          {destination, dice() % 8 == 0 ? std::optional<std::string>{"waits"} : std::nullopt});
    }
    return add(lead);
  }

  void finish_some() {
    for (const auto& destination : kDestinations) {
      for (const auto& each : claim(static_cast<int>(dice() % 6), destination)) {
        switch (dice() % 8) {
          case 0:
            finish(each, {.outcome = Outcome::rejected, .cause = any_of(kCauses)});
            break;
          case 1:
            finish(each, {.outcome = Outcome::unavailable, .cause = "refused"});
            break;
          default:
            finish(each, {.outcome = Outcome::delivered, .remote_id = "r"});
        }
      }
    }
  }

  void fill(int leads) {
    for (int i = 0; i < leads; ++i) {
      const Uuid lead = add_any();
      finish_some();
      if (dice() % 20 == 0) static_cast<void>(corrections.discard(lead, std::nullopt, {"ada", ""}));
      // A wall clock may be set back.
      if (dice() % 50 == 0) clock.set_by(-40min);
      clock.advance(7min);
    }
  }

  void index_next() {
    REQUIRE_FALSE(committer.commit(outbox::Urgency::always, [](outbox::Connection& connection) {
      outbox::index_next_leads(connection);
    }));
  }

  LeadFilter any_filter(Time first, Time last) {
    LeadFilter filter;
    if (dice() % 4 == 0) filter.state = kStates[dice() % std::size(kStates)];
    if (dice() % 4 == 0) filter.destination = any_of(kDestinations);
    if (dice() % 8 == 0) filter.cause = any_of(kCauses);
    if (dice() % 4 == 0) filter.source = any_of(kSources);
    if (dice() % 6 == 0) filter.disposition = any_of(kLeadDispositions);
    const auto any_time = [&] { return first + (last - first) * static_cast<int>(dice() % 100) / 100; };
    if (dice() % 4 == 0) filter.from = any_time();
    if (dice() % 4 == 0) filter.to = any_time();
    filter.unrouted = dice() % 12 == 0;
    static const std::vector<std::string> kTyped{"anna",         "zoe contoso", "anna@", "bob@contoso.com",
                                                 "@contoso.com", "nobody"};
    if (dice() % 3 == 0) filter.search = outbox::parse_lead_search(any_of(kTyped));
    return filter;
  }

  // In pages, as they come.
  std::vector<Uuid> list_all(const LeadFilter& filter, int limit) {
    std::vector<Uuid> ids;
    std::optional<std::int64_t> before;
    do {
      const auto page = reader.list(filter, limit, before);
      REQUIRE(static_cast<int>(page.leads.size()) <= limit);
      for (const auto& view : page.leads) ids.push_back(view.lead.id);
      before = page.next_before;
    } while (before);
    return ids;
  }

  std::mt19937 dice{7};
};

bool is_found(const LeadView& view, const outbox::LeadSearch& search) {
  const auto name = [&] { return view.lead.fields.first_name; };
  if (const auto* email = std::get_if<outbox::EmailSearch>(&search)) {
    return email->beginning == "anna@" ? name() == "Anna" : name() == "Bob";
  }
  if (std::holds_alternative<outbox::DomainSearch>(search)) return true;
  const auto& words = std::get<outbox::WordSearch>(search).words;
  return words[0] == "anna" ? name() == "Anna" : words[0] == "zoe" && name() == "Zo\xc3\xab";
}

bool passes(const LeadView& view, const LeadFilter& filter) {
  const auto is_meant = [&](const outbox::DeliveryView& delivery) {
    const auto state = filter.cause && !filter.state ? State::dead : filter.state.value_or(delivery.state);
    return delivery.state == state &&
           delivery.destination == filter.destination.value_or(delivery.destination) &&
           delivery.cause == filter.cause.value_or(delivery.cause);
  };
  const bool about_deliveries = filter.state || filter.destination || filter.cause;
  return (!about_deliveries || std::any_of(view.deliveries.begin(), view.deliveries.end(), is_meant)) &&
         view.lead.source == filter.source.value_or(view.lead.source) &&
         view.lead.disposition == filter.disposition.value_or(view.lead.disposition) &&
         (!filter.from || view.lead.received_at >= *filter.from) &&
         (!filter.to || view.lead.received_at < *filter.to) && (!filter.unrouted || view.unrouted) &&
         (!filter.search || is_found(view, *filter.search));
}

// So many leads, delivered to "crm" but for one of a hundred; a hundredth of them came from "fair".
void fill_in_bulk(const std::string& path, int count) {
  SQLite::Database raw(path, SQLite::OPEN_READWRITE);
  SQLite::Transaction all(raw);
  SQLite::Statement leads(
      raw,
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
      "INSERT INTO lead (id, received_at, source, disposition, disposition_reason, email, remote_address, "
      "  headers_json, payload_sha256, payload) "
      "SELECT randomblob(16), i * 60000, iif(i % 100 = 7, 'fair', 'marketplace'), iif(i % 50 = 9, 'test', "
      "'deliver'), "
      "  iif(i % 50 = 9, 'a test', ''), 'p' || i || '@contoso.com', '::1', '{}', zeroblob(32), x'7b7d' FROM "
      "n");
  leads.bind(1, count);
  leads.exec();
  raw.exec(
      "INSERT INTO delivery (lead_number, destination, state, state_since, due_at) "
      "SELECT number, 'crm', 'pending', received_at, received_at FROM lead");
  raw.exec("UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 1, lease_until = 0");
  raw.exec(
      "UPDATE delivery SET claim_id = NULL, lease_until = NULL, state = iif(id % 100 = 3, 'dead', "
      "'delivered'), "
      "cause = iif(id % 100 = 3, 'cause ' || (id / 100 % 5), NULL)");
  all.commit();
}

}  // namespace

TEST_CASE("every combination of filters lets exactly those leads pass that it should, newest first") {
  VariedStore store;
  const Time first = store.clock.now();
  store.fill(260);
  store.index_next();
  store.fill(40);

  std::vector<LeadView> all;
  for (const auto& id : store.list_all({}, 500)) all.push_back(store.reader.find(id)->view);
  REQUIRE(all.size() == 300);
  int not_empty = 0;
  for (int i = 0; i < 600; ++i) {
    const auto filter = store.any_filter(first, store.clock.now());
    std::vector<Uuid> expected;
    for (const auto& view : all) {
      if (passes(view, filter)) expected.push_back(view.lead.id);
    }
    not_empty += expected.empty() ? 0 : 1;
    const int limit = 1 + static_cast<int>(store.dice() % 40);
    INFO(i << " of " << (filter.state ? to_string(*filter.state) : "any") << ", to "
           << filter.destination.value_or("any") << ", cause " << filter.cause.value_or("any") << ", of "
           << filter.source.value_or("any") << ", search " << (filter.search ? filter.search->index() : 9)
           << ", limit " << limit);
    REQUIRE(store.list_all(filter, limit) == expected);
  }
  REQUIRE(not_empty > 200);
}

TEST_CASE("a page stays right while leads come and go through the filter") {
  StoreFixture store;
  std::vector<Uuid> leads;
  for (int i = 0; i < 5; ++i) leads.push_back(store.add_lead());
  const LeadFilter pending{.state = State::pending};
  const auto page = store.reader.list(pending, 2, std::nullopt);
  REQUIRE(page.leads[1].lead.id == leads[3]);
  store.add_lead();
  static_cast<void>(store.corrections.discard(leads[3], std::nullopt, {"ada", ""}));
  static_cast<void>(store.corrections.discard(leads[2], std::nullopt, {"ada", ""}));
  const auto next = store.reader.list(pending, 2, page.next_before);
  REQUIRE(next.leads.size() == 2);
  REQUIRE(next.leads[0].lead.id == leads[1]);
  REQUIRE_FALSE(next.next_before);
}

TEST_CASE("a lead with several deliveries of one state is listed once") {
  StoreFixture store;
  store.add({.source = "marketplace",
             .receipt = StoreFixture::receipt(),
             .deliveries = {{"crm", std::nullopt}, {"mail", std::nullopt}, {"hook", std::nullopt}}});
  store.add_lead();
  REQUIRE(store.reader.list({.state = State::pending}, 1, std::nullopt).next_before);
  REQUIRE(store.reader.list({.state = State::pending}, 9, std::nullopt).leads.size() == 2);
}

TEST_CASE("an erased lead is listed as such") {
  StoreFixture store;
  const Uuid lead = store.add_lead();
  store.clock.advance(1min);
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(lead, {"ada", "asked for"})));
  const auto page = store.reader.list({}, 1, std::nullopt);
  REQUIRE(page.leads.at(0).erased_at == store.clock.now());
}

TEST_CASE("a page costs the same among few leads and among many") {
  const auto steps_among = [](int leads, const LeadFilter& filter) {
    StoreFixture store;
    fill_in_bulk(store.path, leads);
    outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
    const test::WatchedStatements watch(connection.database());
    const auto page = outbox::list_leads(connection, filter, 5, 1'000);
    REQUIRE(page.leads.size() >= 1);
    return watch.steps();
  };
  outbox::LeadFilter by_email;
  by_email.search = outbox::parse_lead_search("p77@contoso.com");
  const std::vector<LeadFilter> filters{
      {},
      {.state = State::dead},
      {.state = State::delivered},
      {.destination = "crm"},
      {.cause = "cause 3"},
      {.source = "fair"},
      {.disposition = Disposition::test},
      {.state = State::delivered, .source = "fair"},
      {.from = from_unix_ms(100 * 60'000), .to = from_unix_ms(700 * 60'000)},
      by_email,
  };
  for (std::size_t i = 0; i < filters.size(); ++i) {
    INFO("filter " << i);
    const int among_few = steps_among(1'000, filters[i]);
    REQUIRE(among_few > 0);
    // Bounds by times look at each day since.
    REQUIRE(steps_among(20'000, filters[i]) <= among_few + (filters[i].from ? 300 : 0));
  }
}

TEST_CASE("what is rare costs a bounded number of looks a page, and is found in the end") {
  StoreFixture store;
  fill_in_bulk(store.path, 20'000);
  outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
  // Both are common enough, and never together.
  const LeadFilter filter{
      .state = State::delivered, .disposition = Disposition::deliver, .from = from_unix_ms(1)};
  auto rare = filter;
  rare.search = outbox::parse_lead_search("p5");
  int pages = 0;
  std::size_t found = 0;
  std::optional<std::int64_t> before = std::numeric_limits<std::int64_t>::max();
  while (before) {
    const test::WatchedStatements watch(connection.database());
    const auto page = outbox::list_leads(connection, rare, 10, *before);
    REQUIRE(watch.steps() < 400'000);
    found += page.leads.size();
    before = page.next_before;
    ++pages;
  }
  REQUIRE(pages > 5);
  REQUIRE(found == 1);
}

}  // namespace leadspool
