// Which notices are due, look by look.
#include "alert/alert_book.h"

#include "support/catch.h"
#include "support/fake_clock.h"

namespace leadspool::alert {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using State = Notice::State;

class Looks {
 public:
  // One look, 15 s after the one before; all that is due goes out. "raised crm", each.
  std::vector<std::string> next(const std::vector<Trouble>& troubles, bool all_known = true) {
    clock.advance(seconds{15});
    std::vector<std::string> said;
    for (const auto& notice : book.look(troubles, all_known, clock.now())) {
      book.told(notice);
      said.push_back(std::string(to_string(notice.state)) + " " + notice.trouble.name);
    }
    return said;
  }

  // Looks for so long; all that was said.
  std::vector<std::string> during(Milliseconds span, const std::vector<Trouble>& troubles) {
    std::vector<std::string> all;
    for (Milliseconds passed{0}; passed < span; passed += seconds{15}) {
      for (auto& each : next(troubles)) all.push_back(std::move(each));
    }
    return all;
  }

  test::FakeClock clock;
  AlertBook book;
};

using Said = std::vector<std::string>;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Trouble trouble(std::int64_t degree = 1, Milliseconds remind_after = hours{1}, bool at_once = false) {
  Trouble made;
  made.name = "crm";
  made.since = test::FakeClock().now();
  made.degree = degree;
  made.growth_is_told_at_once = at_once;
  made.remind_after = remind_after;
  made.subject = "crm is down";
  return made;
}

}  // namespace

TEST_CASE("a trouble is told once, each hour while it lasts, and once when it is over") {
  Looks looks;
  REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
  REQUIRE(looks.during(minutes{59}, {trouble()}).empty());
  REQUIRE(looks.during(minutes{2}, {trouble()}) == Said{"still crm"});
  REQUIRE(looks.during(hours{3}, {trouble()}) == Said{"still crm", "still crm", "still crm"});
  REQUIRE(looks.during(minutes{10}, {}) == Said{"recovered crm"});
}

TEST_CASE("a gap of one look is none, and after two the trouble is over") {
  Looks looks;
  REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
  for (int i = 0; i < 10; ++i) {
    REQUIRE(looks.next({}).empty());
    REQUIRE(looks.next({trouble()}).empty());
  }
  REQUIRE(looks.next({}).empty());
  REQUIRE(looks.next({}) == Said{"recovered crm"});
  REQUIRE(looks.during(hours{2}, {}).empty());
  REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
}

TEST_CASE("what comes and goes is told twice an hour, and what was told last comes true within the hour") {
  Looks looks;
  const bool at_once = GENERATE(false, true);
  const auto flap = [&](Milliseconds span) {
    Said all;
    for (Milliseconds passed{0}; passed < span; passed += minutes{2}) {
      for (const auto& troubles : {std::vector{trouble(1, hours{1}, at_once)}, {}}) {
        for (auto& each : looks.during(minutes{1}, troubles)) all.push_back(std::move(each));
      }
    }
    return all;
  };
  REQUIRE(flap(minutes{50}) == Said{"raised crm", "recovered crm"});
  const auto day = flap(hours{24});
  REQUIRE(day.size() <= 48);
  REQUIRE(day.size() >= 44);
  SECTION("it stays") {
    const auto said = looks.during(minutes{61}, {trouble()});
    REQUIRE(said.back() != "recovered crm");
  }
  SECTION("it goes, a minute after it was told to be there again") {
    while (looks.next({trouble()}).empty()) {
    }
    REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"});
    REQUIRE(looks.during(hours{5}, {}).empty());
  }
}

TEST_CASE("one that came back within the hour is told at its end, with how often it did") {
  Looks looks;
  REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
  REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"});
  for (int i = 0; i < 3; ++i) {
    REQUIRE(looks.during(minutes{2}, {trouble()}).empty());
    REQUIRE(looks.during(minutes{2}, {}).empty());
  }
  auto back = trouble();
  back.since = looks.clock.now();
  REQUIRE(looks.during(minutes{46}, {back}).empty());
  looks.clock.advance(minutes{2});
  const auto due = looks.book.look({back}, true, looks.clock.now());
  REQUIRE(due.size() == 1);
  REQUIRE(due[0].state == State::raised);
  REQUIRE(due[0].returns == 4);
  REQUIRE(due[0].trouble.since == back.since);
  REQUIRE(contains(text_of(due[0], ""), "came back 4 times"));
}

TEST_CASE("one that comes back as another thing to do is told at once, and its end at most hourly") {
  Looks looks;
  REQUIRE(looks.next({trouble(1, hours{1}, true)}) == Said{"raised crm"});
  REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"});
  REQUIRE(looks.next({trouble(1, hours{1}, true)}).empty());
  REQUIRE(looks.next({trouble(2, hours{1}, true)}) == Said{"raised crm"});
  REQUIRE(looks.during(minutes{50}, {}).empty());
  REQUIRE(looks.next({trouble(2, hours{1}, true)}).empty());
  REQUIRE(looks.during(minutes{11}, {}) == Said{"recovered crm"});
  REQUIRE(looks.next({trouble(2, hours{1}, true)}).empty());
}

TEST_CASE("a restart knows what was told to be over") {
  Looks before;
  before.next({trouble(2, hours{1}, true)});
  REQUIRE(before.during(minutes{1}, {}) == Said{"recovered crm"});
  Looks after;
  after.clock.advance(minutes{1});
  for (const auto& told : before.book.told_alerts()) after.book.take_over(told);
  REQUIRE(after.during(minutes{58}, {trouble(2, hours{1}, true)}).empty());
  REQUIRE(after.during(minutes{3}, {trouble(2, hours{1}, true)}) == Said{"raised crm"});
}

TEST_CASE("what is over for an hour is forgotten") {
  Looks looks;
  looks.next({trouble()});
  REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"});
  REQUIRE(looks.book.told_alerts().size() == 1);
  REQUIRE(looks.during(minutes{61}, {}).empty());
  REQUIRE(looks.book.told_alerts().empty());
}

TEST_CASE("a trouble that people know of is neither told nor told to be over") {
  Looks looks;
  auto known = trouble();
  known.known_to_people = true;
  SECTION("from the first on") {
    REQUIRE(looks.during(hours{3}, {known}).empty());
    REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
  }
  SECTION("after it was told") {
    REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
    REQUIRE(looks.during(hours{3}, {known}).empty());
    SECTION("and it lasts") { REQUIRE(looks.next({trouble()}) == Said{"still crm"}); }
    SECTION("and it is over") { REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"}); }
  }
}

TEST_CASE("what grows is told again at most hourly, and what does not only after its own time") {
  Looks looks;
  REQUIRE(looks.next({trouble(1, hours{24})}) == Said{"raised crm"});
  REQUIRE(looks.during(minutes{58}, {trouble(5, hours{24})}).empty());
  REQUIRE(looks.during(minutes{3}, {trouble(6, hours{24})}) == Said{"still crm"});
  REQUIRE(looks.during(hours{23}, {trouble(6, hours{24})}).empty());
  REQUIRE(looks.during(hours{2}, {trouble(6, hours{24})}) == Said{"still crm"});
}

TEST_CASE("what shrank and then grew has grown") {
  Looks looks;
  REQUIRE(looks.next({trouble(10, hours{24})}) == Said{"raised crm"});
  REQUIRE(looks.during(hours{2}, {trouble(3, hours{24})}).empty());
  REQUIRE(looks.next({trouble(4, hours{24})}) == Said{"still crm"});
}

TEST_CASE("what becomes another thing to do is told at once, but not each time it goes to and fro") {
  Looks looks;
  REQUIRE(looks.next({trouble(1, hours{1}, true)}) == Said{"raised crm"});
  REQUIRE(looks.next({trouble(2, hours{1}, true)}) == Said{"still crm"});
  REQUIRE(looks.next({trouble(1, hours{1}, true)}).empty());
  REQUIRE(looks.next({trouble(2, hours{1}, true)}).empty());
}

TEST_CASE("what did not go out stays due, and is never taken back before it went out") {
  test::FakeClock clock;
  AlertBook book;
  REQUIRE(book.look({trouble()}, true, clock.now()).size() == 1);
  REQUIRE(book.look({trouble()}, true, clock.now()).at(0).state == State::raised);
  REQUIRE(book.look({}, true, clock.now()).empty());
  REQUIRE(book.look({}, true, clock.now()).empty());

  book.told(book.look({trouble()}, true, clock.now()).at(0));
  REQUIRE(book.look({}, true, clock.now()).empty());
  for (int i = 0; i < 3; ++i) REQUIRE(book.look({}, true, clock.now()).at(0).state == State::recovered);
  // It came back before the recovery went out.
  REQUIRE(book.look({trouble()}, true, clock.now()).empty());
}

TEST_CASE("nothing is over while it is unknown whether it is") {
  Looks looks;
  REQUIRE(looks.next({trouble()}) == Said{"raised crm"});
  for (int i = 0; i < 10; ++i) REQUIRE(looks.next({}, false).empty());
  REQUIRE(looks.next({}).empty());
  REQUIRE(looks.next({}) == Said{"recovered crm"});
}

TEST_CASE("a restart tells nothing again, and goes on where the book was") {
  Looks before;
  before.next({trouble()});
  Looks after;
  for (const auto& told : before.book.told_alerts()) after.book.take_over(told);
  REQUIRE(after.during(minutes{58}, {trouble()}).empty());
  REQUIRE(after.during(minutes{3}, {trouble()}) == Said{"still crm"});
  REQUIRE(after.during(minutes{1}, {}) == Said{"recovered crm"});
}

TEST_CASE("a recovery tells what it was, and since when it lasted") {
  Looks looks;
  auto first = trouble();
  first.since = looks.clock.now() - hours{5};
  looks.next({first});
  looks.during(hours{2}, {trouble()});
  static_cast<void>(looks.book.look({}, true, looks.clock.now()));
  const auto notices = looks.book.look({}, true, looks.clock.now());
  REQUIRE(notices.size() == 1);
  REQUIRE(notices[0].trouble.subject == "crm is down");
  REQUIRE(notices[0].trouble.since == first.since);
}

TEST_CASE("a wall clock that is set back does not silence the reminders") {
  Looks looks;
  looks.next({trouble()});
  looks.clock.set_by(-hours{100});
  REQUIRE(looks.during(hours{2}, {trouble()}).size() == 1);
}

TEST_CASE("a wall clock that jumps by days makes one notice at most, whichever way") {
  Looks looks;
  looks.next({trouble(1, hours{24})});
  for (const auto jump : {hours{100}, -hours{200}, hours{100}}) {
    looks.clock.set_by(jump);
    REQUIRE(looks.during(minutes{30}, {trouble(1, hours{24})}).size() <= 1);
  }
  REQUIRE(looks.during(minutes{1}, {}) == Said{"recovered crm"});
  looks.clock.set_by(-hours{100});
  REQUIRE(looks.during(minutes{61}, {trouble()}) == Said{"raised crm"});
}

}  // namespace leadspool::alert
