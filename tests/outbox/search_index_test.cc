#include "outbox/search_index.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/lead_row.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

// The numbers of the leads that the index has under a word.
std::vector<int> leads_under(const StoreFixture& store, const std::string& word) {
  SQLite::Database raw(store.path);
  SQLite::Statement row(raw, "SELECT rowid FROM lead_search WHERE lead_search MATCH ? ORDER BY rowid");
  row.bind(1, word);
  std::vector<int> numbers;
  while (row.executeStep()) numbers.push_back(row.getColumn(0).getInt());
  return numbers;
}

void revise(StoreFixture& store, const Uuid& lead, int number, const std::string& last_name) {
  outbox::NewRevision revision;
  revision.number = number;
  revision.fields.last_name = last_name;
  revision.changes_json = "{}";
  REQUIRE(std::holds_alternative<outbox::Revised>(store.corrections.revise(lead, revision, {"ada", ""})));
}

using Numbers = std::vector<int>;

}  // namespace

TEST_CASE("every field of a lead and its body can be searched") {
  StoreFixture store;
  outbox::NewLead lead{.source = "marketplace", .receipt = StoreFixture::receipt("{\"Anything\":\"else\"}")};
  int word = 0;
  for (const auto& field : kLeadFields) lead.fields.*field.member = "word" + std::to_string(word++);
  store.add(lead);
  store.tidy_up();
  for (int i = 0; i < word; ++i) REQUIRE(leads_under(store, "word" + std::to_string(i)) == Numbers{1});
  REQUIRE(leads_under(store, "anything") == Numbers{1});
  REQUIRE(leads_under(store, "else") == Numbers{1});
}

TEST_CASE("a body that is no text is indexed as far as it has words, and taken out again") {
  StoreFixture store;
  const std::string body("\xff\x00zero{\xc3\xa4\x80 end", 14);
  const auto lead = store.add({.source = "marketplace", .receipt = StoreFixture::receipt(body)});
  store.tidy_up();
  REQUIRE(leads_under(store, "end") == Numbers{1});
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(lead, {"ada", ""})));
  REQUIRE(leads_under(store, "end").empty());
}

TEST_CASE("a revised lead is found by its new words and not by its old ones") {
  StoreFixture store;
  const auto lead = store.add_lead("Before");
  SECTION("indexed before it was revised") {
    store.tidy_up();
    revise(store, lead, 1, "After");
  }
  SECTION("indexed after") {
    revise(store, lead, 1, "After");
    REQUIRE(leads_under(store, "after").empty());
    store.tidy_up();
  }
  REQUIRE(leads_under(store, "before").empty());
  REQUIRE(leads_under(store, "after") == Numbers{1});
}

TEST_CASE("many leads are indexed in portions, each once") {
  StoreFixture store;
  for (int i = 0; i < 450; ++i) store.add_lead("Same");
  REQUIRE(store.tidy_up() > 3);
  REQUIRE(leads_under(store, "same").size() == 450);
  REQUIRE(store.tidy_up() == 1);
}

TEST_CASE("words of a lead that was taken out leave the index as soon as it was rewritten") {
  StoreFixture store;
  for (int i = 0; i < 5; ++i) {
    store.add_lead("Filler" + std::to_string(i));
    store.tidy_up();
  }
  const auto lead = store.add_lead("Zwyxomatic");
  store.tidy_up();
  const auto holds_word = [&] {
    return SQLite::Database(store.path)
               .execAndGet(
                   "SELECT count(*) FROM lead_search_data WHERE instr(block, CAST('wyxomatic' AS BLOB)) > 0")
               .getInt() > 0;
  };
  REQUIRE(holds_word());
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(lead, {"ada", ""})));
  REQUIRE(holds_word());
  store.tidy_up();
  REQUIRE_FALSE(holds_word());
  REQUIRE(leads_under(store, "filler3") == Numbers{4});
}

}  // namespace leadspool
