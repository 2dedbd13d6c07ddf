// Settings that change while requests come in.
#include <array>
#include <atomic>
#include <set>
#include <thread>

#include "base/gzip.h"
#include "receiver/front.h"

using namespace leadspool;
using Json = nlohmann::json;
using receiver::Rule;
using test::all_of;
using test::Front;
using test::kKey;
using test::kNewKey;

namespace {

receiver::ReceiverOptions options_with(std::vector<std::string> keys) {
  auto options = test::default_options();
  options.sources[0].key_hashes.clear();
  for (const auto& key : keys) options.sources[0].key_hashes.push_back(sha256(key));
  return options;
}

std::string numbered_lead(std::size_t thread, int number) {
  return R"({"LeadSource":"x","UserDetails":{"Email":")" + std::to_string(thread) + "-" +
         std::to_string(number) + R"(@contoso.com"}})";
}

}  // namespace

TEST_CASE("a key that was removed answers like an unknown source") {
  Front front(options_with({kKey, kNewKey}));
  REQUIRE(front.post("").status == 202);
  front.receiver.reconfigure(options_with({kNewKey}));
  const std::string unknown = all_of(front.send({.source = "nobody"}));
  REQUIRE(all_of(front.post("")) == unknown);
  REQUIRE(front.send({.key = kNewKey}).status == 202);
  front.receiver.reconfigure(options_with({}));
  REQUIRE(all_of(front.send({.key = kNewKey})) == unknown);
}

TEST_CASE("a source that goes answers like one that never was, and one that comes is open at once") {
  Front front;
  auto options = test::default_options();
  options.sources[0].name = "appsource";
  front.receiver.reconfigure(options);
  REQUIRE(all_of(front.post("")) == all_of(front.send({.source = "nobody"})));
  REQUIRE(front.send({.source = "appsource"}).status == 202);
}

TEST_CASE("rules, destinations, window and limit are those of the moment a lead comes") {
  Front front;
  auto options = test::default_options();
  options.sources[0].test_leads = Rule::hold;
  options.sources[0].do_not_contact = Rule::deliver;
  options.routes = {{"other", {}}};
  options.dedupe_window = std::chrono::milliseconds{0};
  options.max_body_bytes = 10;
  const auto test_lead = test::sample_lead_body("test-lead.json");
  const auto dnc_lead = test::sample_lead_body("do-not-contact.json");
  REQUIRE(front.stored(front.post(test_lead)).view.deliveries.at(1).state == State::pending);
  REQUIRE(front.stored(front.post(dnc_lead)).view.deliveries.at(1).state == State::held);

  front.receiver.reconfigure(options);
  const auto test_deliveries = front.stored(front.post(test_lead)).view.deliveries;
  REQUIRE(test_deliveries.size() == 1);
  REQUIRE(test_deliveries[0].destination == "other");
  REQUIRE(test_deliveries[0].state == State::held);
  REQUIRE(front.stored(front.post(dnc_lead)).view.deliveries.at(0).state == State::pending);
  const auto too_large = front.send({.body = gzip(dnc_lead), .headers = {{"Content-Encoding", "gzip"}}});
  REQUIRE(too_large.status == 413);
}

TEST_CASE("a sender that goes over to a new key while the keys change loses nothing") {
  constexpr int kThreads = 4;
  Front front(options_with({kKey}), true);
  std::atomic<bool> use_new_key = false;
  std::atomic<bool> done = false;
  std::atomic<int> refused = 0;
  // Leads of each thread that were accepted by the key it uses now.
  std::array<std::atomic<int>, kThreads> accepted{};
  std::array<std::set<std::string>, kThreads> ids;

  std::vector<std::thread> senders;
  for (std::size_t thread = 0; thread < kThreads; ++thread) {
    senders.emplace_back([&, thread] {
      bool was_new = false;
      for (int number = 0; !done; ++number) {
        const bool is_new = use_new_key;
        if (is_new && !was_new) accepted[thread] = 0;
        was_new = is_new;
        const auto answer =
            front.send({.body = numbered_lead(thread, number), .key = is_new ? kNewKey : kKey});
        if (answer.status != 202) {
          ++refused;
          return;
        }
        ids[thread].insert(Json::parse(answer.body)["id"]);
        ++accepted[thread];
      }
    });
  }
  const auto let_each_send_more = [&] {
    for (auto& count : accepted) {
      for (const int before = count; count < before + 5 && refused == 0;) std::this_thread::yield();
    }
  };
  let_each_send_more();
  front.receiver.reconfigure(options_with({kKey, kNewKey}));
  let_each_send_more();
  for (auto& count : accepted) count = -1'000'000;  // until it goes over to the new key
  use_new_key = true;
  for (auto& count : accepted) {
    while (count < 5 && refused == 0) std::this_thread::yield();
  }
  front.receiver.reconfigure(options_with({kNewKey}));
  let_each_send_more();
  done = true;
  for (auto& sender : senders) sender.join();

  REQUIRE(refused == 0);
  std::size_t count = 0;
  for (const auto& some : ids) count += some.size();
  REQUIRE(front.lead_count() == static_cast<std::int64_t>(count));
  REQUIRE(front.post("").status == 404);
}
