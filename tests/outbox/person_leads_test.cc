// Which leads bear one person's address.
#include "outbox/person_leads.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include "outbox/connection.h"
#include "outbox/mentions.h"
#include "outbox/search_index.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using outbox::mentions_address;

struct PersonStore : test::StoreFixture {
  Uuid add_with(const std::string& email, const std::string& body) {
    return add({.source = "marketplace",
                .fields = {.email = email},
                .receipt = receipt(body),
                .deliveries = {{"crm", std::nullopt}}});
  }

  void index_all() {
    REQUIRE_FALSE(committer.commit(outbox::Urgency::always, [](outbox::Connection& connection) {
      while (outbox::index_next_leads(connection)) {
      }
    }));
  }
};

}  // namespace

TEST_CASE("an address is mentioned only as a word of its own") {
  const std::vector<std::pair<std::string, bool>> rows{
      {"anna@contoso.com", true},
      {"ANNA@CONTOSO.COM", true},
      {"<anna@contoso.com>", true},
      {"mailto:anna@contoso.com?subject=x", true},
      {"Write to anna@contoso.com.", true},
      {"...anna@contoso.com", true},
      {"\xe2\x80\x9e"
       "anna@contoso.com\xe2\x80\x9c",
       true},
      {"\xe2\x80\x8f"
       "anna@contoso.com\xe2\x80\x8f",
       true},
      {R"({"text":"Hello\nanna@contoso.com\tbye"})", true},
      {R"({"text":"\u003canna@contoso.com\u003e"})", true},
      {R"({"text":"anna\u0040contoso.com"})", true},
      {R"({"text":"\\anna@contoso.com"})", true},
      {"\xef\xbb\xbf"  // a byte order mark
       "anna@contoso.com",
       true},
      {"\xef\xbc\x9a"  // a full-width colon
       "anna@contoso.com\xef\xbc\x8c",
       true},
      {"joanna@contoso.com", false},
      {"joanna@contoso.com, anna@contoso.com", true},
      {"b.anna@contoso.com", false},
      {"\xc3\xbc"
       "anna@contoso.com",
       false},
      {R"(\u0062anna@contoso.com)", false},
      {"anna@contoso.com.br", false},
      {"anna@contoso.community", false},
      {"anna@contoso", false},
      {"", false},
      {"\\", false},
      {"anna@contoso.com\\u00", true},
  };
  for (const auto& [text, expected] : rows) {
    INFO(text);
    REQUIRE(mentions_address(text, "Anna@Contoso.com") == expected);
  }
  REQUIRE(mentions_address(R"({"Email":"anna\u002Bnews@contoso.com"})", "anna+news@contoso.com"));
}

TEST_CASE("a person's leads are found by field, body and what revisions changed, indexed or not") {
  PersonStore store;
  const Uuid by_field = store.add_with("Anna@Contoso.com", "{}");
  const Uuid by_body = store.add_with("bob@contoso.com", R"({"Notes":"for\nanna@contoso.com"})");
  store.add_with("joanna@contoso.com", R"({"Notes":"joanna@contoso.com, not anna at contoso com"})");
  const Uuid once = store.add_with("anna@contoso.com", "{}");
  const auto revise = [&](const Uuid& lead, const std::string& email, const std::string& changes) {
    REQUIRE(std::holds_alternative<outbox::Revised>(
        store.corrections.revise(lead, {.fields = {.email = email}, .changes_json = changes}, {"ada", ""})));
  };
  revise(once, "carl@contoso.com", R"({"email":{"from":"anna@contoso.com","to":"carl@contoso.com"}})");
  const Uuid other = store.add_with("dora@contoso.com", "{}");
  revise(other, "eve@contoso.com", R"({"email":{"from":"dora@contoso.com","to":"eve@contoso.com"}})");
  if (GENERATE(false, true)) store.index_all();

  REQUIRE(store.reader.leads_of_person("anna@CONTOSO.com") == std::vector<Uuid>{once, by_body, by_field});
  REQUIRE(store.reader.leads_of_person("dora@contoso.com") == std::vector<Uuid>{other});
  REQUIRE(store.reader.leads_of_person("nobody@contoso.com").empty());
  REQUIRE(store.reader.leads_of_person("contoso.com").empty());
  REQUIRE(store.reader.leads_of_person("@").empty());
}

TEST_CASE("a person of many leads is found in pieces") {
  PersonStore store;
  SQLite::Database raw(store.path, SQLite::OPEN_READWRITE);
  raw.exec(
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) "
      "INSERT INTO lead (id, received_at, source, disposition, email, remote_address, headers_json, "
      "payload_sha256, payload) SELECT randomblob(16), i, 'marketplace', 'deliver', "
      "'anna@contoso.com', '::1', '{}', zeroblob(32), x'' FROM n");
  if (GENERATE(false, true)) store.index_all();
  outbox::Connection connection(store.path, outbox::Connection::Mode::read_only);
  const auto piece = outbox::find_leads_of_person(connection, "anna@contoso.com");
  REQUIRE(piece.next_before);
  REQUIRE(piece.leads.size() < 1'500);
  REQUIRE(store.reader.leads_of_person("anna@contoso.com").size() == 1'500);
}

}  // namespace leadspool
