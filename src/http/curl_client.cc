#include "http/curl_client.h"

#include <algorithm>
#include <deque>
#include <stdexcept>
#include <utility>

#include <curl/curl.h>

#include "base/check.h"
#include "base/clock.h"
#include "http/curl_start.h"
#include "http/curl_transfer.h"
#include "http/request_url.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr long kMostKeptConnections = 256;

struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};

bool is_malformed(const Header& header) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  return header.name.empty() || header.name.find_first_of(kBreaks) != std::string::npos ||
         header.value.find_first_of(kBreaks) != std::string::npos;
}

std::optional<std::string> mistake_in(const ClientRequest& request, const RequestUrl& url) {
  if (!url.allowed) {
    return "the URL must be https (or http to a loopback address), without credentials in it";
  }
  if (std::ranges::any_of(request.headers, is_malformed)) return "a header is malformed";
  return std::nullopt;
}

}  // namespace

class CurlClient::Transfers {
 public:
  Transfers() {
    start_libcurl_once();
    multi_.reset(curl_multi_init());
    if (!multi_) throw std::runtime_error("libcurl cannot start");
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS, kMostKeptConnections);
  }
  ~Transfers() { forget_all(); }
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  void send(ClientRequest request, std::function<void(ClientResult)> done);
  void run(milliseconds longest, int wake_fd);
  void forget_all();
  [[nodiscard]] std::size_t in_flight() const { return flying_.size() + refused_.size(); }

 private:
  struct Refused {
    std::string why;
    std::function<void(ClientResult)> done;
  };

  bool call_back();
  bool call_back_refused();
  bool talk_mails_over();
  void wait(milliseconds longest, int wake_fd);
  void end(CurlTransfer& transfer, CURLcode code);
  void put_by(std::unique_ptr<CurlTransfer> transfer);

  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::vector<std::unique_ptr<CurlTransfer>> flying_;
  std::vector<std::unique_ptr<CurlTransfer>> spare_;  // for later requests
  // Of those that fly: mails that libcurl has done its part for.
  struct Talk {
    CurlTransfer* transfer;
    MailTransfer* mail;
  };
  std::vector<Talk> talks_;
  std::deque<Refused> refused_;
  const SystemClock clock_;
};

void CurlClient::Transfers::send(ClientRequest request, std::function<void(ClientResult)> done) {
  const auto url = request.mail ? examine_mail_url(request.url) : examine_url(request.url);
  if (auto mistake = request.mail ? mistake_in_mail(request) : mistake_in(request, url)) {
    refused_.push_back({std::move(*mistake), std::move(done)});
    return;
  }
  if (spare_.empty()) spare_.push_back(std::make_unique<CurlTransfer>());
  auto& transfer = *spare_.back();
  transfer.prepare(std::move(request), url, std::move(done));
  CHECK(curl_multi_add_handle(multi_.get(), transfer.handle()) == CURLM_OK);
  transfer.place = flying_.size();
  flying_.push_back(std::move(spare_.back()));
  spare_.pop_back();
}

void CurlClient::Transfers::run(milliseconds longest, int wake_fd) {
  // What was sent since the last time begins, and what has ended is told, before anything is waited for:
  // a caller that refills its slots in the callbacks never idles behind a poll.
  int running = 0;
  curl_multi_perform(multi_.get(), &running);
  if (call_back()) return;

  wait(longest, wake_fd);
  curl_multi_perform(multi_.get(), &running);
  call_back();
}

void CurlClient::Transfers::wait(milliseconds longest, int wake_fd) {
  std::vector<curl_waitfd> watched;
  if (wake_fd >= 0) watched.push_back({wake_fd, CURL_WAIT_POLLIN, 0});
  for (const auto& talk : talks_) {
    const short also = talk.mail->waits_to_say() ? CURL_WAIT_POLLOUT : 0;
    watched.push_back({talk.mail->socket(), static_cast<short>(CURL_WAIT_POLLIN | also), 0});
    longest = std::min(longest, talk.mail->gives_up_at() - clock_.steady_now());
  }
  const auto wait_ms =
      static_cast<int>(std::clamp(longest, milliseconds{0}, milliseconds{3'600'000}).count());
  curl_multi_poll(multi_.get(), watched.data(), static_cast<unsigned>(watched.size()), wait_ms, nullptr);
}

// Whether anything was called back. Callbacks may send and forget.
bool CurlClient::Transfers::call_back() {
  bool called = call_back_refused();
  int left = 0;
  while (const auto* note = curl_multi_info_read(multi_.get(), &left)) {
    char* of_handle = nullptr;
    curl_easy_getinfo(note->easy_handle, CURLINFO_PRIVATE, &of_handle);
    auto& transfer = *reinterpret_cast<CurlTransfer*>(of_handle);
    if (auto* mail = transfer.mail_to_talk_over(note->data.result)) {
      mail->begin(clock_.steady_now());
      talks_.push_back({&transfer, mail});
      continue;
    }
    called = true;
    end(transfer, note->data.result);
  }
  return talk_mails_over() || called;
}

bool CurlClient::Transfers::call_back_refused() {
  bool called = false;
  for (auto waiting = refused_.size(); waiting > 0 && !refused_.empty(); --waiting) {
    auto refused = std::move(refused_.front());
    refused_.pop_front();
    called = true;
    refused.done(ClientFailure{.phase = FailurePhase::bad_url, .detail = std::move(refused.why)});
  }
  return called;
}

bool CurlClient::Transfers::talk_mails_over() {
  bool called = false;
  for (;;) {
    // From the beginning each time: a callback may have changed all of them.
    const auto ended =
        std::ranges::find_if(talks_, [&](const Talk& talk) { return talk.mail->talk(clock_.steady_now()); });
    if (ended == talks_.end()) return called;
    auto& transfer = *ended->transfer;
    talks_.erase(ended);
    called = true;
    end(transfer, CURLE_OK);
  }
}

void CurlClient::Transfers::end(CurlTransfer& transfer, CURLcode code) {
  auto result = transfer.take_result(code);
  const auto done = transfer.take_done();
  std::swap(flying_[transfer.place], flying_.back());
  flying_[transfer.place]->place = transfer.place;
  put_by(std::move(flying_.back()));
  flying_.pop_back();
  done(std::move(result));
}

void CurlClient::Transfers::put_by(std::unique_ptr<CurlTransfer> transfer) {
  curl_multi_remove_handle(multi_.get(), transfer->handle());
  transfer->clear();
  spare_.push_back(std::move(transfer));
}

void CurlClient::Transfers::forget_all() {
  talks_.clear();
  for (auto& transfer : flying_) put_by(std::move(transfer));
  flying_.clear();
  refused_.clear();
}

CurlClient::CurlClient() : transfers_(std::make_unique<Transfers>()) {}

CurlClient::~CurlClient() = default;

void CurlClient::send(ClientRequest request, std::function<void(ClientResult)> done) {
  transfers_->send(std::move(request), std::move(done));
}

void CurlClient::run(milliseconds longest, int wake_fd) { transfers_->run(longest, wake_fd); }

void CurlClient::forget_all() { transfers_->forget_all(); }

std::size_t CurlClient::in_flight() const { return transfers_->in_flight(); }

ClientResult send_and_wait(ClientRequest request) {
  constexpr milliseconds kStep{1'000};
  CurlClient client;
  std::optional<ClientResult> result;
  client.send(std::move(request), [&](ClientResult given) { result = std::move(given); });
  while (!result) client.run(kStep, -1);
  return std::move(*result);
}

}  // namespace leadspool::http
