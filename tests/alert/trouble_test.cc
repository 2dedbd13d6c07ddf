// What is found wrong, from the facts of one look.
#include "alert/trouble.h"

#include "support/catch.h"
#include "support/fake_clock.h"

namespace leadspool::alert {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Time kNow = test::FakeClock().now();

Limits usual_limits() {
  return {.oldest_undelivered = minutes{60},
          .silence = {{"marketplace", hours{24}}},
          .certificate_expires_soon = hours{21 * 24},
          .minimum_free_bytes = 64ull << 20};
}

// All is well.
Facts good_facts() {
  Facts facts;
  facts.destinations = {{.name = "crm", .oldest_waiting_received_at = kNow - minutes{59}}};
  facts.last_received = {{"marketplace", kNow - hours{23}}};
  facts.free_bytes = 128ull << 20;
  facts.certificate = {"certificate.pem", kNow + hours{22 * 24}, ""};
  return facts;
}

std::vector<Trouble> found_in(const Facts& facts, const Limits& limits = usual_limits()) {
  return find_troubles(facts, limits, kNow);
}

// The only one there is.
Trouble trouble_in(const Facts& facts, const Limits& limits = usual_limits()) {
  const auto found = found_in(facts, limits);
  REQUIRE(found.size() == 1);
  // Whatever it is, it tells what to do.
  REQUIRE(found.front().text.find("What to do: ") != std::string::npos);
  REQUIRE(found.front().subject.find('\n') == std::string::npos);
  return found.front();
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

HealthRecord health(leadspool::Condition condition) {
  return {.condition = condition, .since = kNow - minutes{5}, .reason = "the CRM answered 401"};
}

}  // namespace

TEST_CASE("nothing is told while all is well") { REQUIRE(found_in(good_facts()).empty()); }

TEST_CASE("dead letters are told with their number, from the first on") {
  auto facts = good_facts();
  auto& crm = facts.destinations[0];
  crm.dead = 1;
  crm.first_dead_at = kNow - hours{3};
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == "dead_letters/crm");
  REQUIRE(trouble.subject == "crm has 1 dead letter");
  REQUIRE(trouble.since == kNow - hours{3});
  REQUIRE(contains(trouble.text, "leadspool dead"));
  REQUIRE(contains(trouble.text, "leadspool leads redrive --destination crm"));
  crm.dead = 7;
  REQUIRE(trouble_in(facts).subject == "crm has 7 dead letters");
  REQUIRE(trouble_in(facts).degree > trouble.degree);
}

TEST_CASE("a destination that is down or misconfigured is told with the reason and the next step") {
  auto facts = good_facts();
  facts.destinations[0].record.health = health(leadspool::Condition::down);
  const auto down = trouble_in(facts);
  REQUIRE(down.name == "destination/crm");
  REQUIRE(down.subject == "crm is down");
  REQUIRE(down.severity == Severity::warning);
  REQUIRE(down.since == kNow - minutes{5});
  REQUIRE(contains(down.text, "the CRM answered 401"));
  REQUIRE(contains(down.text, "leadspool destinations resume crm"));

  facts.destinations[0].record.health = health(leadspool::Condition::misconfigured);
  const auto misconfigured = trouble_in(facts);
  REQUIRE(misconfigured.name == down.name);
  REQUIRE(misconfigured.subject == "crm is misconfigured");
  REQUIRE(misconfigured.severity == Severity::critical);
  REQUIRE(misconfigured.degree > down.degree);
  REQUIRE(misconfigured.growth_is_told_at_once);
  REQUIRE(contains(misconfigured.text, "credentials"));
  REQUIRE(contains(misconfigured.text, "mend the secret"));
  REQUIRE(contains(misconfigured.text, "leadspool reload"));
  REQUIRE(contains(misconfigured.text, "leadspool destinations resume crm"));
}

TEST_CASE("a person who paused a destination knows how it is") {
  auto facts = good_facts();
  const auto condition = GENERATE(leadspool::Condition::down, leadspool::Condition::misconfigured);
  facts.destinations[0].record.health = health(condition);
  REQUIRE_FALSE(trouble_in(facts).known_to_people);
  facts.destinations[0].record.pause = Pause{kNow - minutes{1}, "ana", ""};
  REQUIRE(trouble_in(facts).known_to_people);
}

TEST_CASE("the health of a destination that is not configured any more is nobody's trouble") {
  auto facts = good_facts();
  facts.destinations[0].configured = false;
  facts.destinations[0].record.health = health(leadspool::Condition::down);
  REQUIRE(found_in(facts).empty());
}

TEST_CASE("a lead that waits too long is told, with why it waits") {
  auto facts = good_facts();
  auto& crm = facts.destinations[0];
  crm.oldest_waiting_received_at = kNow - minutes{60};
  SECTION("for no reason that is known") {
    const auto trouble = trouble_in(facts);
    REQUIRE(trouble.name == "undelivered/crm");
    REQUIRE(trouble.subject == "leads for crm wait longer than 60 minutes");
    REQUIRE(trouble.since == kNow);
  }
  SECTION("a person paused the destination") {
    crm.record.pause = Pause{kNow - hours{2}, "ana", "the CRM is moved"};
    const auto trouble = trouble_in(facts);
    REQUIRE(contains(trouble.text, "paused by ana at 2025-12-31T22:00:00.000Z: the CRM is moved"));
    REQUIRE(contains(trouble.text, "leadspool destinations resume crm"));
  }
  SECTION("the destination is gone from the configuration") {
    crm.configured = false;
    REQUIRE(contains(trouble_in(facts).text, "not in the configuration any more"));
  }
  SECTION("the clock ran ahead when it came") {
    crm.oldest_waiting_received_at = kNow + hours{48};
    REQUIRE(found_in(facts).empty());
    facts.waiting_since["crm"] = kNow - minutes{59};
    REQUIRE(found_in(facts).empty());
    facts.waiting_since["crm"] = kNow - minutes{60};
    REQUIRE(contains(trouble_in(facts).text, "waits since 2025-12-31T23:00:00.000Z"));
  }
  SECTION("and not when nobody wants to know") {
    auto limits = usual_limits();
    limits.oldest_undelivered = Milliseconds{0};
    REQUIRE(found_in(facts, limits).empty());
  }
}

TEST_CASE("a source that is silent for too long is told") {
  auto facts = good_facts();
  SECTION("counted from its last lead") {
    facts.last_received["marketplace"] = kNow - hours{24};
    facts.watched_since["marketplace"] = kNow;
    const auto trouble = trouble_in(facts);
    REQUIRE(trouble.name == "silence/marketplace");
    REQUIRE(trouble.subject == "no lead from marketplace for 24 hours");
    REQUIRE(trouble.since == kNow - hours{24});
    REQUIRE(contains(trouble.text, "leadspool send"));
  }
  SECTION("counted from when it was first watched, when none ever came") {
    facts.last_received.clear();
    REQUIRE(found_in(facts).empty());
    facts.watched_since["marketplace"] = kNow - hours{23};
    REQUIRE(found_in(facts).empty());
    facts.watched_since["marketplace"] = kNow - hours{24};
    REQUIRE(contains(trouble_in(facts).text, "has not sent any lead"));
  }
  SECTION("counted from when it was watched, when the clock ran ahead as the last one came") {
    facts.last_received["marketplace"] = kNow + hours{48};
    REQUIRE(found_in(facts).empty());
    facts.watched_since["marketplace"] = kNow + hours{1};
    REQUIRE(found_in(facts).empty());
    facts.watched_since["marketplace"] = kNow - hours{24};
    REQUIRE(trouble_in(facts).since == kNow - hours{24});
  }
  SECTION("only where so many hours are configured") {
    facts.last_received["other"] = kNow - hours{10'000};
    REQUIRE(found_in(facts).empty());
  }
}

TEST_CASE("a certificate is told of before it ends, and more loudly after") {
  auto facts = good_facts();
  facts.certificate->valid_until = kNow + hours{20 * 24} + hours{1};
  const auto soon = trouble_in(facts);
  REQUIRE(soon.name == "certificate");
  REQUIRE(soon.subject == "the certificate expires in 20 days");
  REQUIRE(soon.severity == Severity::warning);
  REQUIRE(contains(soon.text, "certificate.pem"));

  facts.certificate->valid_until = kNow;
  const auto expired = trouble_in(facts);
  REQUIRE(expired.name == soon.name);
  REQUIRE(expired.severity == Severity::critical);
  REQUIRE(expired.degree > soon.degree);
  REQUIRE(expired.since == kNow);
}

TEST_CASE("a newer certificate that is refused is told with the reason") {
  auto facts = good_facts();
  facts.certificate->problem = "the key does not belong to it";
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == "certificate_refused");
  REQUIRE(contains(trouble.text, "the key does not belong to it"));
}

TEST_CASE("little room on the disk is told at twice the minimum, and a store in trouble in its place") {
  auto facts = good_facts();
  facts.free_bytes = (128ull << 20) - 1;
  const auto low = trouble_in(facts);
  REQUIRE(low.name == "store");
  REQUIRE(low.severity == Severity::warning);
  REQUIRE(contains(low.text, "127 MiB"));

  facts.store_trouble = "the store's disk has only 63 MiB left";
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == low.name);
  REQUIRE(trouble.severity == Severity::critical);
  REQUIRE(trouble.degree > low.degree);
  REQUIRE(contains(trouble.text, "63 MiB"));

  facts.store_trouble.reset();
  auto limits = usual_limits();
  limits.minimum_free_bytes = 0;
  REQUIRE(found_in(facts, limits).empty());
}

TEST_CASE("of a store that cannot be read only that is told") {
  Facts facts;
  facts.unread_store = "disk I/O error";
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == "store");
  REQUIRE(contains(trouble.text, "disk I/O error"));
}

TEST_CASE("leads that no destination wants are told with their number") {
  auto facts = good_facts();
  facts.unrouted = 3;
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == "unrouted");
  REQUIRE(trouble.degree == 3);
  REQUIRE(contains(trouble.text, "leadspool leads list --unrouted"));
  REQUIRE(contains(trouble.text, "leadspool leads redrive --destination NAME --since TIME"));
  REQUIRE(contains(trouble.text, "leadspool leads discard ID"));
}

TEST_CASE("a backup that failed is told at once, with what to do") {
  auto facts = good_facts();
  facts.backup = BackupFacts{.folder = "/var/backups",
                             .newest_at = kNow - hours{20},
                             .problem = "no room is left",
                             .failing_since = kNow - minutes{5},
                             .watched_since = kNow - hours{500}};
  const auto trouble = trouble_in(facts);
  REQUIRE(trouble.name == "backup");
  REQUIRE(trouble.severity == Severity::warning);
  REQUIRE(trouble.since == kNow - minutes{5});
  REQUIRE(contains(trouble.text, "no room is left"));
  REQUIRE(contains(trouble.text, "2025-12-31T04:00:00.000Z"));
  REQUIRE(contains(trouble.text, "leadspool backups make"));
  facts.backup->newest_at.reset();
  REQUIRE(contains(trouble_in(facts).text, "There is no good copy in /var/backups"));
}

TEST_CASE("a backup is old when two of its schedules have passed without one") {
  auto facts = good_facts();
  facts.backup = BackupFacts{.folder = "/var/backups",
                             .every = hours{6},
                             .newest_at = kNow - hours{12} + minutes{1},
                             .problem = "",
                             .failing_since = std::nullopt,
                             .watched_since = kNow - hours{500}};
  REQUIRE(found_in(facts).empty());
  SECTION("since the newest") {
    facts.backup->newest_at = kNow - hours{13};
    const auto trouble = trouble_in(facts);
    REQUIRE(trouble.name == "backup");
    REQUIRE(trouble.severity == Severity::warning);
    REQUIRE(trouble.subject == "the last backup is older than 12 hours");
    REQUIRE(trouble.since == kNow - hours{1});
    REQUIRE(contains(trouble.text, "leadspool backups list"));
  }
  SECTION("or, without any, since there should be one") {
    facts.backup->newest_at.reset();
    facts.backup->watched_since = kNow - hours{12} + minutes{1};
    REQUIRE(found_in(facts).empty());
    facts.backup->watched_since = kNow - hours{12};
    REQUIRE(contains(trouble_in(facts).text, "There is no good copy in /var/backups"));
  }
  SECTION("also while the store cannot be read") {
    facts.backup->newest_at = kNow - hours{13};
    facts.unread_store = "no such file";
    REQUIRE(found_in(facts).size() == 2);
  }
}

}  // namespace leadspool::alert
