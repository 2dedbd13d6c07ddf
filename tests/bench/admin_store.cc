// Makes the store that scripts/bench looks at through the admin API: COUNT leads of a year, as they would be
// after it: nearly all delivered, one of a hundred dead of one of a few causes, some held or waiting; their
// words in the search index. The rows are written by SQL, past the doors, since each would sync; the store's
// triggers count them all the same.
//
// usage: admin_store STORE COUNT
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <variant>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/clock.h"
#include "outbox/committer.h"
#include "outbox/store.h"
#include "outbox/upkeep.h"

namespace leadspool::bench {
namespace {

// Every so many leads are committed together.
constexpr int kPortion = 50'000;

constexpr const char* kLeads = R"(
  WITH RECURSIVE step (n) AS (SELECT :first UNION ALL SELECT n + 1 FROM step WHERE n < :last),
  words (first_names, last_names, companies, countries, offers) AS (SELECT
    '["Anna","Bob","Carla","Deniz","Elena","Farid","Grace","Hiro","Ines","Jonas","Kofi","Lena","Mei","Nils","Olga","Paul"]',
    '["Smith","Garcia","Ivanova","Yilmaz","Tanaka","Okafor","Berg","Rossi","Dubois","Novak","Silva","Khan","Meyer","Lund"]',
    '["contoso","fabrikam","northwind","tailspin","wingtip","adatum","litware","proseware","lucerne","woodgrove"]',
    '["US","DE","FR","JP","BR","IN","GB","NG","TR","IT"]',
    '["backup-pro","log-insight","mail-guard","data-loom"]'),
  person AS MATERIALIZED (SELECT n,
    json_extract(first_names, '$[' || (abs(random()) % 16) || ']') AS first_name,
    json_extract(last_names, '$[' || (abs(random()) % 14) || ']') AS last_name,
    json_extract(companies, '$[' || (abs(random()) % 10) || ']') || (abs(random()) % 2000) AS company,
    json_extract(countries, '$[' || (abs(random()) % 10) || ']') AS country,
    json_extract(offers, '$[' || (abs(random()) % 4) || ']') AS offer,
    CASE n % 50 WHEN 7 THEN 'test' WHEN 23 THEN 'quarantined' ELSE 'deliver' END AS disposition
    FROM step CROSS JOIN words),
  named AS MATERIALIZED (SELECT *, lower(first_name || '.' || last_name) || n || '@' || company || '.com' AS email
    FROM person)
  INSERT INTO lead (id, received_at, source, disposition, disposition_reason, content_sha256, first_name, last_name,
    email, phone, country, company, title, offer_title, lead_source, publisher, offer_id, action_code, description,
    remote_address, headers_json, payload_sha256, payload)
  SELECT randomblob(16), :begin + n * (:end - :begin) / :count, iif(n % 7 = 3, 'fair', iif(n % 1000 = 5, 'partner',
    'marketplace')), disposition, iif(disposition = 'deliver', '', 'as it came'), randomblob(32), first_name, last_name,
    email, '1617' || (5550000 + n % 10000), country, company, 'Buyer', 'Offer ' || offer,
    'INS-' || offer || '|Commercial Marketplace', 'acme', offer, 'INS', 'Wants to know more about ' || offer,
    '203.0.113.' || (n % 250), '{"Content-Type":"application/json"}', randomblob(32),
    CAST(json_object('UserDetails', json_object('FirstName', first_name, 'LastName', last_name, 'Email', email, 'Phone',
      '1617' || (5550000 + n % 10000), 'Country', country, 'Company', company, 'Title', 'Buyer'),
      'LeadSource', 'INS-' || offer || '|Commercial Marketplace', 'ActionCode', 'INS', 'OfferTitle', 'Offer ' || offer,
      'Description', 'Wants to know more about ' || offer) AS BLOB)
  FROM named)";

// Two destinations, the second for every fourth lead; every five hundredth is held.
constexpr const char* kDeliveries = R"(
  INSERT INTO delivery (lead_number, destination, state, state_since, due_at, held_reason)
  SELECT number, name, iif(number % 500 = 11, 'held', 'pending'), received_at,
    iif(number % 500 = 11, NULL, received_at), iif(number % 500 = 11, 'waits for a person', NULL)
  FROM lead CROSS JOIN (SELECT 'crm' AS name UNION ALL SELECT 'mail')
  WHERE number BETWEEN :first AND :last AND disposition <> 'quarantined' AND (name = 'crm' OR number % 4 = 0))";

// A thousandth is still to be tried.
constexpr const char* kClaims = R"(
  UPDATE delivery SET state = 'claimed', due_at = NULL, claim_id = 1, lease_until = 0
  WHERE lead_number BETWEEN :first AND :last AND state = 'pending' AND lead_number % 1000 <> 17)";

constexpr const char* kEnds = R"(
  UPDATE delivery SET claim_id = NULL, lease_until = NULL, attempt_count = 1, tries = 1,
    state_since = state_since + 200 + abs(random()) % 20000, state = iif(lead_number % 100 = 61, 'dead', 'delivered'),
    cause = iif(lead_number % 100 = 61, json_extract('["no last name","http_422","too long: company","country unknown"]',
      '$[' || (lead_number / 100 % 4) || ']'), NULL),
    remote_id = iif(lead_number % 100 = 61, NULL, lower(hex(randomblob(16))))
  WHERE lead_number BETWEEN :first AND :last AND state = 'claimed')";

constexpr const char* kAttempts = R"(
  INSERT INTO attempt (delivery_id, number, started_at, duration_ms, outcome, counted, http_status, detail, answer_excerpt)
  SELECT id, 1, state_since - 150, 150, iif(state = 'dead', 'rejected', 'delivered'), 0, iif(state = 'dead', 422, 201),
    iif(state = 'dead', 'the CRM refused it', 'created'), ''
  FROM delivery WHERE lead_number BETWEEN :first AND :last AND attempt_count = 1)";

void fill(const std::string& path, std::int64_t count, Time end) {
  constexpr auto kYear = std::chrono::hours{24 * 365};
  SQLite::Database store(path, SQLite::OPEN_READWRITE);
  store.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -400000");
  for (std::int64_t first = 1; first <= count; first += kPortion) {
    SQLite::Transaction portion(store);
    const auto last = std::min(count, first + kPortion - 1);
    for (const auto* sql : {kLeads, kDeliveries, kClaims, kEnds, kAttempts}) {
      SQLite::Statement statement(store, sql);
      statement.bind(":first", first);
      statement.bind(":last", last);
      if (sql == kLeads) {
        statement.bind(":count", count);
        statement.bind(":begin", to_unix_ms(end - kYear));
        statement.bind(":end", to_unix_ms(end));
      }
      statement.exec();
    }
    portion.commit();
  }
  store.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
}

int run(const std::string& path, std::int64_t count) {
  const SystemClock clock;
  outbox::migrate(path);
  fill(path, count, clock.now());
  outbox::Committer committer({.path = path, .own_thread = false});
  outbox::Upkeep upkeep(committer);
  for (;;) {
    const auto left = upkeep.step({}, clock.now());
    if (const auto* failure = std::get_if<outbox::Failure>(&left)) {
      std::fprintf(stderr, "admin_store: %s\n", failure->detail.c_str());
      return 1;
    }
    if (std::get<outbox::Left>(left) == outbox::Left::nothing) return 0;
  }
}

}  // namespace
}  // namespace leadspool::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::atoll(argv[2]) < 1) {
    std::fputs("usage: admin_store STORE COUNT\n", stderr);
    return 2;
  }
  return leadspool::bench::run(argv[1], std::atoll(argv[2]));
}
