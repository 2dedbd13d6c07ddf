// What delivering could reach at most: libcurl's multi interface on one thread, which posts the request of
// the webhook connector over and over, with no store, no connector and no decision behind it.
//
// Prints how many answers came a second.
//
// usage: bare_loop URL SECONDS IN_FLIGHT
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <curl/curl.h>

#include "deliver_parts.h"

namespace leadspool::bench {
namespace {

// Takes the request that a connector makes, and sends nothing.
class Taker final : public http::Client {
 public:
  using Client::send;
  void send(http::ClientRequest request, std::function<void(http::ClientResult)>) override {
    taken = std::move(request);
  }
  void run(std::chrono::milliseconds, int) override {}
  void forget_all() override {}
  [[nodiscard]] std::size_t in_flight() const override { return 0; }

  http::ClientRequest taken;
};

http::ClientRequest request_to(const std::string& url) {
  const SystemClock clock;
  connector::Webhook webhook(webhook_to(url), clock);
  LeadWithPayload lead;
  lead.received_at = clock.now();
  lead.source = "marketplace";
  lead.fields = sample_lead({}).fields;
  Taker taker;
  auto attempt = webhook.attempt(lead, taker);
  attempt.start();
  return taker.taken;
}

std::size_t drop(char*, std::size_t, std::size_t size, void*) { return size; }

CURL* make_handle(const http::ClientRequest& request, curl_slist* headers) {
  CURL* easy = curl_easy_init();
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "leadspool/" LEADSPOOL_VERSION);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 30'000L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 5'000L);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str());
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &drop);
  return easy;
}

int run(const std::string& url, std::chrono::duration<double> span, int in_flight) {
  using Clock = std::chrono::steady_clock;
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const auto request = request_to(url);
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  for (const auto& [name, value] : request.headers) {
    headers = curl_slist_append(headers, (name + ": " + value).c_str());
  }
  CURLM* multi = curl_multi_init();
  for (int i = 0; i < in_flight; ++i) curl_multi_add_handle(multi, make_handle(request, headers));

  long answered = 0;
  const auto start = Clock::now();
  while (Clock::now() - start < span) {
    int running = 0;
    curl_multi_perform(multi, &running);
    bool ended = false;
    while (const auto* note = curl_multi_info_read(multi, &running)) {
      if (note->data.result != CURLE_OK) {
        std::fprintf(stderr, "bare_loop: %s\n", curl_easy_strerror(note->data.result));
        return 1;
      }
      ++answered;
      ended = true;
      CURL* easy = note->easy_handle;
      curl_multi_remove_handle(multi, easy);
      curl_multi_add_handle(multi, easy);
    }
    if (!ended) curl_multi_poll(multi, nullptr, 0, 1'000, nullptr);
  }
  std::printf("%.0f\n",
              static_cast<double>(answered) / std::chrono::duration<double>(Clock::now() - start).count());
  return 0;
}

}  // namespace
}  // namespace leadspool::bench

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: bare_loop URL SECONDS IN_FLIGHT\n", stderr);
    return 2;
  }
  return leadspool::bench::run(argv[1], std::chrono::duration<double>(std::atof(argv[2])),
                               std::atoi(argv[3]));
}
