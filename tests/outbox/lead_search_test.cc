// What is typed into the search, and which leads it finds.
#include "outbox/lead_search.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/search_index.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using outbox::DomainSearch;
using outbox::EmailSearch;
using outbox::LeadSearch;
using outbox::parse_lead_search;
using outbox::WordSearch;

struct SearchedStore : test::StoreFixture {
  Uuid add_person(const LeadFields& fields, const std::string& body = "{}") {
    return add({.source = "marketplace",
                .fields = fields,
                .receipt = receipt(body),
                .deliveries = {{"crm", std::nullopt}}});
  }

  void index_all() {
    REQUIRE_FALSE(committer.commit(outbox::Urgency::always, [](outbox::Connection& connection) {
      while (outbox::index_next_leads(connection)) {
      }
    }));
  }

  std::vector<Uuid> found(const std::string& typed) {
    outbox::LeadFilter filter;
    filter.search = parse_lead_search(typed);
    REQUIRE(filter.search);
    const auto page = reader.list(filter, 10, std::nullopt);
    std::vector<Uuid> ids;
    for (const auto& view : page.leads) ids.push_back(view.lead.id);
    return ids;
  }
};

}  // namespace

TEST_CASE("what is typed is an address, a domain or words") {
  const std::vector<std::pair<std::string, std::optional<LeadSearch>>> rows{
      {"anna@contoso.com", EmailSearch{"anna@contoso.com"}},
      {" Anna@Contoso.COM\n", EmailSearch{"anna@contoso.com"}},
      {"anna@", EmailSearch{"anna@"}},
      {"anna@con", EmailSearch{"anna@con"}},
      {"a@b@c", EmailSearch{"a@b@c"}},
      {"@contoso.com", DomainSearch{"contoso.com"}},
      {"@Contoso", DomainSearch{"contoso"}},
      {"anna", WordSearch{{"anna"}}},
      {"Anna  Contoso", WordSearch{{"anna", "contoso"}}},
      {"contoso.com", WordSearch{{"contoso", "com"}}},
      {"anna@contoso.com smith", WordSearch{{"anna", "contoso", "com", "smith"}}},
      {"\"O'Neil\" (AND) NEAR/2*", WordSearch{{"o", "neil", "and", "near", "2"}}},
      {"Zo\xc3\xab M\xc3\xbcller", WordSearch{{"zo\xc3\xab", "m\xc3\xbcller"}}},
      {"+1 (617) 555", WordSearch{{"1", "617", "555"}}},
      {"", std::nullopt},
      {" \t\n", std::nullopt},
      {"@", std::nullopt},
      {"@@.", std::nullopt},
      {"--- ! \"'*", std::nullopt},
  };
  for (const auto& [typed, expected] : rows) {
    INFO(typed);
    const bool as_expected = parse_lead_search(typed) == expected;
    REQUIRE(as_expected);
  }
}

TEST_CASE("no more words are looked for than narrow a search down") {
  std::string typed;
  for (int i = 0; i < 5'000; ++i) typed += "word" + std::to_string(i) + " ";
  const auto search = parse_lead_search(typed);
  REQUIRE(std::get<WordSearch>(*search).words.size() == outbox::kMostSearchWords);
  SearchedStore store;
  store.add_person({.description = typed});
  store.index_all();
  REQUIRE(store.found(typed).size() == 1);
}

TEST_CASE("a search finds the same whether a lead is in the index or not yet") {
  SearchedStore store;
  const Uuid anna = store.add_person({.first_name = "Anna-Maria",
                                      .last_name = "M\xc3\xbcller",
                                      .email = "Anna.Mueller@Contoso.com",
                                      .phone = "+1 (617) 555-0123",
                                      .company = "Contoso \xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a\xe7\xa4\xbe",
                                      .offer_id = "backup-pro"},
                                     R"({"Extra":"a rare Wort"})");
  const Uuid bob = store.add_person({.last_name = "Berg", .email = "bob@fabrikam.com", .company = "Anna's"},
                                    std::string("\xff\xfe no text\0 behind", 18));
  const bool indexed = GENERATE(false, true);
  if (indexed) store.index_all();

  const std::vector<std::pair<std::string, std::vector<Uuid>>> rows{
      {"anna", {bob, anna}},
      {"ANNA maria", {anna}},
      {"muller", {anna}},
      {"M\xc3\x9cLLER", {anna}},
      {"mul", {anna}},
      {"mu", {}},
      {"mueller", {anna}},
      {"s", {bob}},
      {"rare wor", {anna}},
      {"extra", {anna}},
      {"617 0123", {anna}},
      {"backup-pro", {anna}},
      {"\xe6\xa0\xaa\xe5\xbc\x8f\xe4\xbc\x9a", {anna}},
      {"\xe2\x80\x9c", {}},
      {"anna \xe2\x80\x9c"
       "berg\xe2\x80\x9d",
       {bob}},
      {"anna nobody", {}},
      {"text", {bob}},
      {"behind", {bob}},
      {"anna.mueller@contoso.com", {anna}},
      {"anna.m@", {}},
      {"anna.mueller@c", {anna}},
      {"bob@", {bob}},
      {"b@", {}},
      {"@contoso.com", {anna}},
      {"@toso.com", {}},
      {"@contoso.co", {}},
      {"@fabrikam.com", {bob}},
  };
  for (const auto& [typed, expected] : rows) {
    INFO(typed << (indexed ? ", indexed" : ", not indexed"));
    REQUIRE(store.found(typed) == expected);
  }
}

TEST_CASE("an address that very many begin with is still found, page by page") {
  SearchedStore store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000) "
      "INSERT INTO lead (id, received_at, source, disposition, email, remote_address, headers_json, "
      "payload_sha256, payload) SELECT randomblob(16), i, 'marketplace', 'deliver', "
      "'Info@' || iif(i % 2 = 0, 'contoso', 'fabrikam') || '.com', '::1', '{}', zeroblob(32), x'' FROM n");
  const bool indexed = GENERATE(false, true);
  if (indexed) store.index_all();
  outbox::LeadFilter filter;
  filter.search = parse_lead_search("info@contoso");
  std::size_t found = 0;
  std::optional<std::int64_t> before;
  do {
    const auto page = store.reader.list(filter, 500, before);
    for (const auto& view : page.leads) REQUIRE(view.lead.fields.email == "Info@contoso.com");
    found += page.leads.size();
    before = page.next_before;
  } while (before);
  REQUIRE(found == 3'000);
}

}  // namespace leadspool
