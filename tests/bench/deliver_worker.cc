// The worker that scripts/bench measures: Worker, Claims and Committer as `leadspool serve` composes them,
// with the webhook connector and libcurl, on a store of its own.
//
//   seed    makes the store and accepts one lead for the destination "crm", for the bench to multiply
//   drain   delivers what waits in the store to URL for so many seconds; prints {"seconds":}, with the time
//   that
//           stop() took, for the bench to count in the store what became durable meanwhile
//   steady  accepts leads at an even pace and delivers each to URL and, where it is given, to HANGING_URL,
//   which
//           never answers; prints {"mean_ms":,"p99_ms":,"delivered":} of the time from accepting a lead to
//           the CRM's answer
//
// usage: deliver_worker seed STORE
//        deliver_worker drain STORE URL SECONDS IN_FLIGHT
//        deliver_worker steady STORE URL SECONDS [HANGING_URL]
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <thread>

#include "deliver_parts.h"
#include "delivery/worker.h"
#include "http/curl_client.h"
#include "outbox/redrives.h"
#include "outbox/store.h"

namespace leadspool::bench {
namespace {

using Steady = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// When leads were accepted, and how long their way to the CRM took.
class Stopwatch {
 public:
  void accepting() {
    const std::lock_guard lock(mutex_);
    accepted_.push_back(Steady::now());
  }
  // The leads of this bench come to the CRM in the order in which they were accepted, or nearly so; whichever
  // was first, the sum of the times is the same.
  void answered() {
    const std::lock_guard lock(mutex_);
    const auto began = accepted_.at(took_ms_.size());
    took_ms_.push_back(std::chrono::duration<double, std::milli>(Steady::now() - began).count());
  }
  [[nodiscard]] std::vector<double> took_ms() {
    const std::lock_guard lock(mutex_);
    auto sorted = took_ms_;
    std::ranges::sort(sorted);
    return sorted;
  }

 private:
  std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<Steady::time_point> accepted_;
  std::vector<double> took_ms_;
};

class TimedWebhook final : public connector::Connector {
 public:
  TimedWebhook(const std::string& url, const Clock& clock, Stopwatch& stopwatch)
      : webhook_(webhook_to(url), clock), stopwatch_(stopwatch) {}

  [[nodiscard]] Task<AttemptOutcome> attempt(const LeadWithPayload& lead, http::Client& client) override {
    auto attempt = webhook_.attempt(lead, client);
    auto outcome = co_await attempt;
    stopwatch_.answered();
    co_return outcome;
  }
  [[nodiscard]] connector::RequestPreview preview(const LeadWithPayload& lead) const override {
    return webhook_.preview(lead);
  }
  [[nodiscard]] Task<std::vector<connector::TestStep>> test(http::Client& client) override {
    return webhook_.test(client);
  }

 private:
  connector::Webhook webhook_;
  Stopwatch& stopwatch_;
};

struct Parts {
  explicit Parts(const std::string& path) : store(path) {
    intake.on_accepted([this] {
      if (worker) worker->wake();
    });
  }

  void start(std::vector<delivery::Destination> destinations) {
    worker.emplace(delivery::WorkerOptions{}, std::move(destinations),
                   delivery::WorkerTools{claims, redrives, client, clock, random});
    worker->start();
  }

  std::string store;
  SystemClock clock;
  SystemRandom random;
  outbox::StoreLock lock{store};
  outbox::Committer committer{{.path = store}};
  outbox::Intake intake{{}, store, committer, clock, random};
  outbox::Claims claims{committer, random};
  outbox::Redrives redrives{
      committer, clock, random,
      outbox::RedriveRules{[](const auto&, const auto&) { return false; }, [](const auto&) { return true; }}};
  http::CurlClient client;
  std::optional<delivery::Worker> worker;
};

void accept(outbox::Intake& intake, const std::vector<std::string>& destinations) {
  if (!std::holds_alternative<outbox::Accepted>(intake.accept(sample_lead(destinations)))) {
    std::fputs("deliver_worker: a lead could not be stored\n", stderr);
    std::exit(1);
  }
}

void seed(const std::string& store) {
  outbox::migrate(store);
  Parts parts(store);
  accept(parts.intake, {"crm"});
}

// The most memory that this process ever had.
double peak_mib() {
  std::ifstream status("/proc/self/status");
  std::string word;
  double kib = 0;
  while (status >> word && word != "VmHWM:") {
  }
  status >> kib;
  return kib / 1024;
}

void drain(const std::string& store, const std::string& url, Seconds span, int in_flight) {
  Parts parts(store);
  std::vector<delivery::Destination> destinations(1);
  destinations[0].name = "crm";
  destinations[0].connector = std::make_unique<connector::Webhook>(webhook_to(url), parts.clock);
  destinations[0].max_in_flight = in_flight;
  const auto began = Steady::now();
  parts.start(std::move(destinations));
  std::this_thread::sleep_for(span);
  parts.worker->stop();
  const double seconds = Seconds(Steady::now() - began).count();
  std::printf("{\"seconds\":%.3f,\"peak_mib\":%.1f}\n", seconds, peak_mib());
}

void steady(const std::string& store, const std::string& url, Seconds span, const char* hanging_url) {
  constexpr std::chrono::milliseconds kPace{5};
  outbox::migrate(store);
  Parts parts(store);
  Stopwatch stopwatch;
  std::vector<std::string> names{"crm"};
  std::vector<delivery::Destination> destinations(1);
  destinations[0].connector = std::make_unique<TimedWebhook>(url, parts.clock, stopwatch);
  if (hanging_url != nullptr) {
    names.emplace_back("hanging");
    destinations.emplace_back().connector =
        std::make_unique<connector::Webhook>(webhook_to(hanging_url), parts.clock);
  }
  for (std::size_t i = 0; i < names.size(); ++i) destinations[i].name = names[i];
  parts.start(std::move(destinations));

  const auto began = Steady::now();
  for (auto next = began; next - began < span; next += kPace) {
    std::this_thread::sleep_until(next);
    stopwatch.accepting();
    accept(parts.intake, names);
  }
  // The last ones are still on their way; what hangs is not waited for.
  std::this_thread::sleep_for(std::chrono::seconds{1});
  const auto took_ms = stopwatch.took_ms();
  double sum = 0;
  for (const double each : took_ms) sum += each;
  std::printf("{\"mean_ms\":%.3f,\"p99_ms\":%.3f,\"delivered\":%zu}\n",
              sum / static_cast<double>(took_ms.size()), took_ms.at(took_ms.size() * 99 / 100),
              took_ms.size());
  std::fflush(stdout);
  std::_Exit(0);
}

int run(const std::vector<std::string>& words) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::string mode = words.empty() ? "" : words[0];
  if (mode == "seed" && words.size() == 2) {
    seed(words[1]);
  } else if (mode == "drain" && words.size() == 5) {
    drain(words[1], words[2], Seconds(std::stod(words[3])), std::stoi(words[4]));
  } else if (mode == "steady" && (words.size() == 4 || words.size() == 5)) {
    steady(words[1], words[2], Seconds(std::stod(words[3])), words.size() == 5 ? words[4].c_str() : nullptr);
  } else {
    std::fputs(
        "usage: deliver_worker seed STORE\n"
        "       deliver_worker drain STORE URL SECONDS IN_FLIGHT\n"
        "       deliver_worker steady STORE URL SECONDS [HANGING_URL]\n",
        stderr);
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace leadspool::bench

int main(int argc, char** argv) { return leadspool::bench::run({argv + 1, argv + argc}); }
