#include "simulation/network.h"

#include <algorithm>

#include <poll.h>

namespace leadspool::simulation {
namespace {

// "https://NAME.example/leads"
std::string destination_of(const std::string& url) {
  const std::string scheme = "https://";
  return url.substr(scheme.size(), url.find('.') - scheme.size());
}

bool is_readable(int fd) {
  pollfd watched{fd, POLLIN, 0};
  return poll(&watched, 1, 0) > 0;
}

}  // namespace

void Network::begin_life() {
  waiting_.clear();
  cut_off_ = false;
  crash_ = nullptr;
}

void Network::crash_at(int n, std::function<void()> crash) {
  crash_countdown_ = n;
  crash_ = std::move(crash);
}

void Network::arrive() {
  while (!on_the_way_.empty() && on_the_way_.begin()->first <= clock_.steady_now()) {
    const OnTheWay arrived = std::move(on_the_way_.begin()->second);
    on_the_way_.erase(on_the_way_.begin());
    auto result = crms_.at(arrived.destination).take(arrived.key);
    watch_.taken(arrived.destination, arrived.key);
    const auto waiting = waiting_.find(arrived.number);
    if (waiting != waiting_.end() && !waiting->second.answer) waiting->second.answer = std::move(result);
  }
}

std::optional<SteadyTime> Network::next() const {
  std::optional<SteadyTime> first;
  for (const auto& [number, waiting] : waiting_) {
    first = std::min(first.value_or(waiting.answer_at), waiting.answer_at);
  }
  if (!on_the_way_.empty()) first = std::min(first.value_or(SteadyTime::max()), on_the_way_.begin()->first);
  return first;
}

void Network::send(http::ClientRequest request, std::function<void(http::ClientResult)> done) {
  if (cut_off_) return;
  // The request may have left the machine before it died, or not.
  const bool leaves_first = dice_.chance(50);
  if (!leaves_first && dies_here()) return;
  const int number = ++last_number_;
  const std::string destination = destination_of(request.url);
  const std::string key(http::find_header(request.headers, "Idempotency-Key"));
  watch_.begins(destination, key);
  auto treatment = crms_.at(destination).treat(oddity_of_(key), request.total_timeout, dice_);
  const auto now = clock_.steady_now();
  if (treatment.arrives_after) {
    on_the_way_.emplace(now + *treatment.arrives_after, OnTheWay{number, destination, key});
  }
  if (leaves_first && dies_here()) return;
  waiting_.emplace(number, Waiting{destination, key, now + treatment.answered_after,
                                   std::move(treatment.answer), std::move(done)});
}

void Network::run(std::chrono::milliseconds longest, int wake_fd) {
  look_ = {};
  if (cut_off_) return;
  arrive();
  std::vector<int> answered;
  for (const auto& [number, waiting] : waiting_) {
    if (waiting.answer_at <= clock_.steady_now()) answered.push_back(number);
  }
  while (!answered.empty() && !cut_off_) {
    const auto next = answered.begin() + dice_.below(static_cast<int>(answered.size()));
    const int number = *next;
    answered.erase(next);
    answer_one(number);
    // A real client, too, may come back with a part of what there is.
    if (dice_.chance(30)) break;
  }
  look_.woken = is_readable(wake_fd);
  if (look_.answers == 0 && !look_.woken) look_.wait = longest;
}

void Network::forget_all() {
  for (const auto& [number, waiting] : waiting_) {
    if (!cut_off_) watch_.forgotten(waiting.destination, waiting.key);
  }
  waiting_.clear();
}

bool Network::dies_here() {
  if (!crash_ || --crash_countdown_ > 0) return false;
  const auto crash = std::exchange(crash_, nullptr);
  crash();
  cut_off_ = true;
  return true;
}

void Network::answer_one(int number) {
  if (dies_here()) return;
  Waiting waiting = std::move(waiting_.extract(number).mapped());
  ++look_.answers;
  watch_.answered(waiting.destination, waiting.key, *waiting.answer);
  waiting.done(std::move(*waiting.answer));
}

}  // namespace leadspool::simulation
