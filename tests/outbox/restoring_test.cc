#include "outbox/restoring.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/stat.h>

#include "outbox/online_copy.h"
#include "outbox/planted.h"
#include "support/catch.h"
#include "support/store_fixture.h"

namespace leadspool {
namespace {

using test::StoreFixture;

constexpr Time kNow = from_unix_ms(1'790'000'000'000);
constexpr const char* kAside = ".replaced-20260921T141320Z";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string copy_of(StoreFixture& store, const std::string& name = "copy.db") {
  auto path = store.folder.file(name);
  outbox::OnlineCopy copy(store.committer, path);
  while (!std::get<outbox::CopyProgress>(copy.step()).done) {
  }
  return path;
}

std::int64_t number_in(const std::string& path, const std::string& sql) {
  return SQLite::Database(path).execAndGet(sql).getInt64();
}

std::string text_in(const std::string& path, const std::string& sql) {
  return SQLite::Database(path).execAndGet(sql).getString();
}

std::string failure_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const outbox::StoreError& failure) {
    return failure.what();
  }
  return "";
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// One delivery in each state.
void fill(StoreFixture& store) {
  for (const auto state : {State::delivered, State::dead, State::held, State::claimed, State::pending}) {
    store.place(state);
  }
}

}  // namespace

TEST_CASE("what is open in a copy becomes a dead letter that may have been delivered") {
  StoreFixture store;
  fill(store);
  const auto copy = copy_of(store);
  const auto restored = store.folder.file("restored.db");
  REQUIRE(outbox::plan_restore(copy, restored).ambiguous == 2);
  const auto before = content_of(copy);
  const auto report = outbox::restore_store(copy, restored, false, kNow);
  REQUIRE(content_of(copy) == before);
  REQUIRE(report.leads == 5);
  REQUIRE(report.ambiguous == 2);
  REQUIRE(report.erased_again == 0);
  REQUIRE(report.moved_to.empty());

  REQUIRE(outbox::verify_store(restored).is_good());
  outbox::Reader reader(restored);
  std::map<State, int> states;
  for (const auto& view : reader.list({}, 10, std::nullopt).leads) {
    const auto& delivery = view.deliveries.at(0);
    ++states[delivery.state];
    if (delivery.cause != outbox::kRestoredCause) continue;
    const auto attempt = reader.find(view.lead.id)->view.deliveries.at(0).attempts.back();
    REQUIRE(attempt.outcome == Outcome::ambiguous);
    REQUIRE(contains(attempt.detail, to_rfc3339(store.clock.now())));
  }
  REQUIRE(states == std::map<State, int>{{State::delivered, 1}, {State::dead, 3}, {State::held, 1}});
  REQUIRE(number_in(restored, "SELECT count(*) FROM audit WHERE actor = 'restore'") == 1);
  struct stat status{};
  REQUIRE(stat(restored.c_str(), &status) == 0);
  REQUIRE((status.st_mode & 0777) == 0600);
  REQUIRE_FALSE(std::filesystem::exists(restored + ".restoring"));
}

TEST_CASE("what a restore has buried can be redriven and delivered") {
  StoreFixture store;
  const auto lead = store.add_lead();
  const auto copy = copy_of(store);
  const auto restored = store.folder.file("restored.db");
  static_cast<void>(outbox::restore_store(copy, restored, false, store.clock.now()));
  REQUIRE(outbox::migrate(restored).from == outbox::schema_version());
  outbox::Committer committer({.path = restored, .own_thread = false});
  outbox::Corrections corrections(committer, store.clock);
  REQUIRE(std::holds_alternative<outbox::Corrected>(corrections.redrive(lead, std::nullopt, {"ada", ""})));
  REQUIRE(outbox::Reader(restored).find(lead)->view.deliveries.at(0).state == State::pending);
  REQUIRE(outbox::verify_store(restored).is_good());
}

TEST_CASE("a redrive under way in a copy is cancelled with the reason") {
  StoreFixture store;
  store.place(State::dead);
  REQUIRE(std::holds_alternative<outbox::RedriveView>(store.redrives.order({}, {"ada", ""})));
  const auto restored = store.folder.file("restored.db");
  static_cast<void>(outbox::restore_store(copy_of(store), restored, false, kNow));
  REQUIRE(text_in(restored, "SELECT state || ': ' || ended_why FROM redrive") ==
          "cancelled: the store was restored from a copy");
}

TEST_CASE("a plan tells what would be lost, and a store is replaced only when that is asked for") {
  StoreFixture store;
  fill(store);
  const auto forgotten = store.place(State::held).lead;
  const auto copy = copy_of(store);
  store.clock.advance(std::chrono::hours{1});
  REQUIRE(std::holds_alternative<outbox::Erased>(store.erasures.erase(forgotten, {"ada", "asked"})));
  const auto claims = store.claim();
  REQUIRE(claims.size() == 1);  // the pending one
  REQUIRE(store.finish(claims[0], {.outcome = Outcome::delivered}));
  store.place(State::delivered);
  store.add_lead();

  const auto plan = outbox::plan_restore(copy, store.path);
  REQUIRE(plan.store_exists);
  REQUIRE(plan.ambiguous == 2);
  REQUIRE(plan.unreadable.empty());
  REQUIRE(plan.loss.has_value());
  REQUIRE(plan.loss->leads == 2);
  REQUIRE(plan.loss->deliveries == 2);
  REQUIRE(plan.loss->changes == 1);
  REQUIRE(plan.loss->erased == 1);
  REQUIRE(
      contains(failure_of([&] { static_cast<void>(outbox::restore_store(copy, store.path, false, kNow)); }),
               "not replaced"));
  REQUIRE(number_in(store.path, "SELECT count(*) FROM lead") == 8);
}

TEST_CASE("a replaced store is moved aside whole, and what was erased in it is erased again") {
  StoreFixture filled;
  fill(filled);
  const auto forgotten = filled.place(State::pending).lead;
  const auto copy = copy_of(filled);
  REQUIRE(std::holds_alternative<outbox::Erased>(filled.erasures.erase(forgotten, {"ada", "asked"})));
  const auto late = filled.add_lead("Late");
  // Without the committer, as a store that nobody has in use. Its log holds what the file has not yet.
  const auto path = filled.folder.file("moved.db");
  for (const char* end : {"", "-wal"}) std::filesystem::copy_file(filled.path + end, path + end);
  REQUIRE(std::filesystem::file_size(path + "-wal") > 0);

  const auto report = outbox::restore_store(copy, path, true, kNow);
  REQUIRE(report.erased_again == 1);
  REQUIRE(report.ambiguous == 2);
  REQUIRE(report.moved_to == path + kAside);
  REQUIRE(outbox::verify_store(path).is_good());
  REQUIRE(number_in(path, "SELECT count(*) FROM lead WHERE erased_at IS NOT NULL") == 1);
  REQUIRE(number_in(path, "SELECT purge FROM search_progress") == 1);
  REQUIRE_FALSE(outbox::Reader(path).find(late).has_value());
  // Within the same second; nothing that was moved aside is overwritten.
  REQUIRE(outbox::restore_store(copy, path, true, kNow).moved_to == path + kAside + "-2");
  // The old one, alone as well as with its log.
  REQUIRE(outbox::verify_store(report.moved_to).is_good());
  REQUIRE(outbox::Reader(report.moved_to).find(late).has_value());
}

TEST_CASE("a store that cannot be read is moved aside with its log") {
  StoreFixture store;
  fill(store);
  const auto copy = copy_of(store);
  const auto path = store.folder.file("spoilt.db");
  const std::string spoilt(10'000, 's');
  std::ofstream(path) << spoilt;
  std::ofstream(path + "-wal") << "its log";
  const auto plan = outbox::plan_restore(copy, path);
  REQUIRE(plan.store_exists);
  REQUIRE_FALSE(plan.loss);
  REQUIRE(contains(plan.unreadable, "not a database"));
  const auto report = outbox::restore_store(copy, path, true, kNow);
  REQUIRE(content_of(report.moved_to) == spoilt);
  REQUIRE(content_of(report.moved_to + "-wal") == "its log");
  REQUIRE(outbox::verify_store(path).is_good());
}

TEST_CASE("a log that outlived its store is moved aside, so that it is not taken for the new one's") {
  StoreFixture store;
  fill(store);
  const auto copy = copy_of(store);
  const auto path = store.folder.file("lost.db");
  std::filesystem::copy_file(store.path + "-wal", path + "-wal");
  const auto report = outbox::restore_store(copy, path, false, kNow);
  REQUIRE(std::filesystem::exists(path + kAside + "-wal"));
  REQUIRE(outbox::verify_store(path).is_good());
  REQUIRE(report.leads == 5);
}

TEST_CASE("a copy that is not good takes no store's place") {
  StoreFixture store;
  fill(store);
  const auto copy = copy_of(store);
  test::plant(copy, "UPDATE lead SET payload = x'00' WHERE number = 1");
  const auto path = store.folder.file("leads-2.db");
  const auto refusal = failure_of([&] { static_cast<void>(outbox::plan_restore(copy, path)); });
  REQUIRE(contains(refusal, "number 1"));
  REQUIRE(contains(refusal, "leadspool verify"));
  REQUIRE(contains(failure_of([&] { static_cast<void>(outbox::restore_store(copy, path, true, kNow)); }),
                   "number 1"));
  REQUIRE_FALSE(std::filesystem::exists(path));
  REQUIRE_FALSE(std::filesystem::exists(path + ".restoring"));
  REQUIRE(contains(failure_of([&] { static_cast<void>(outbox::plan_restore(store.path, store.path)); }),
                   "the store itself"));
}

}  // namespace leadspool
