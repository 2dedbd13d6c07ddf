#include "outbox/unused_space.h"

#include <map>
#include <random>

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/search_index.h"
#include "support/catch.h"
#include "support/remnants.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

// Words that stand nowhere else, and of which none is a part of another.
std::string word_of(int person) { return "w" + std::to_string(100'000 + person) + "q"; }

outbox::NewLead lead_of(int person, std::size_t length) {
  const auto word = word_of(person);
  outbox::NewLead lead{.source = "marketplace", .deliveries = {{"crm", std::nullopt}}};
  lead.fields.first_name = "f" + word;
  lead.fields.last_name = "l" + word;
  lead.fields.email = "e" + word + "@contoso.com";
  lead.fields.phone = "p" + word;
  lead.fields.description = std::string(length, 'x') + " d" + word;
  lead.receipt =
      StoreFixture::receipt(R"({"UserDetails":{"Email":"e)" + word + R"(@contoso.com"},"More":"m)" + word +
                            " " + std::string(length, 'y') + R"("})");
  return lead;
}

void revise(StoreFixture& store, const Uuid& lead, std::map<std::string, int>& revisions, int person,
            std::size_t length) {
  const auto word = word_of(person);
  outbox::NewRevision revision;
  revision.number = ++revisions[to_string(lead)];
  revision.fields = lead_of(person, length).fields;
  revision.fields.title = "t" + word;
  revision.changes_json = R"({"title":{"from":"","to":"t)" + word + R"("}})";
  if (length % 2 == 0) revision.payload = R"({"Body":"b)" + word + R"("})";
  REQUIRE(
      std::holds_alternative<outbox::Revised>(store.corrections.revise(lead, revision, {"ada", "r" + word})));
}

}  // namespace

TEST_CASE("nothing of erased leads stays anywhere in the files, however rows and pages were moved about") {
  StoreFixture store;
  std::minstd_rand dice(7);
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(dice() % below); };
  struct Person {
    int number;
    Uuid lead;
  };
  std::vector<Person> there;
  std::vector<std::string> erased;
  std::map<std::string, int> revisions;
  int next = 0;
  for (int step = 0; step < 3'000; ++step) {
    const auto what = draw(10);
    const std::size_t length = draw(8) == 0 ? draw(9'000) : draw(120);
    if (there.size() < 50 || what < 5) {
      const int person = next++;
      there.push_back({person, store.add(lead_of(person, length))});
    } else if (what < 8) {
      auto& person = there[draw(there.size())];
      revise(store, person.lead, revisions, person.number, length);
    } else {
      const auto at = draw(there.size());
      const auto result = store.erasures.erase(there[at].lead, {"ada", "asked for"});
      REQUIRE(std::holds_alternative<outbox::Erased>(result));
      erased.push_back(word_of(there[at].number));
      there.erase(there.begin() + static_cast<std::ptrdiff_t>(at));
    }
    if (step % 100 == 0) store.tidy_up();
  }
  store.tidy_up();
  REQUIRE(erased.size() > 300);
  REQUIRE(test::remnants_of(erased, store.path) == std::vector<std::string>{});
  SQLite::Database raw(store.path);
  // The index stores of most words only what differs from the word before, so that one cannot be found by its
  // bytes.
  REQUIRE(raw.execAndGet("SELECT count(DISTINCT segid) FROM lead_search_idx").getInt() == 1);
  SQLite::Statement found(raw, "SELECT count(*) FROM lead_search WHERE lead_search MATCH ?");
  for (const auto& word : erased) {
    found.bind(1, "e" + word + " OR l" + word + " OR m" + word + " OR t" + word + " OR b" + word);
    found.executeStep();
    REQUIRE(found.getColumn(0).getInt() == 0);
    found.reset();
  }
  REQUIRE(raw.execAndGet("PRAGMA integrity_check").getString() == "ok");
}

}  // namespace leadspool
