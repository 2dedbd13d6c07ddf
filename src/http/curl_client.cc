#include "http/curl_client.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <curl/curl.h>

#include "base/check.h"
#include "http/server.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostHeaderBytes = 64 * 1024;
constexpr long kMostKeptConnections = 256;

// libcurl's handles are void pointers of different kinds.
template <auto free>
struct FreeWith {
  template <typename T>
  void operator()(T* handle) const {
    free(handle);
  }
};
using Easy = std::unique_ptr<CURL, FreeWith<curl_easy_cleanup>>;
using Multi = std::unique_ptr<CURLM, FreeWith<curl_multi_cleanup>>;
using Url = std::unique_ptr<CURLU, FreeWith<curl_url_cleanup>>;
using HeaderList = std::unique_ptr<curl_slist, FreeWith<curl_slist_free_all>>;

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// What of a URL decides how a request is sent.
struct Destination {
  bool allowed = false;
  bool loopback = false;
  bool tls = false;
};

Destination destination_of(std::string_view text) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) return {};
  // Credentials belong into headers, where no log or error text shows them.
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty())
    return {};

  auto host = url_part(url.get(), CURLUPART_HOST);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
  const bool loopback = is_loopback(host);
  return {.allowed = scheme == "https" || (scheme == "http" && loopback),
          .loopback = loopback,
          .tls = scheme == "https"};
}

bool is_malformed(const Header& header) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  return header.name.empty() || header.name.find_first_of(kBreaks) != std::string::npos ||
         header.value.find_first_of(kBreaks) != std::string::npos;
}

std::string_view description(FailurePhase phase) {
  switch (phase) {
    case FailurePhase::bad_url:
      return "the URL cannot be used";
    case FailurePhase::dns:
      return "the host name could not be resolved";
    case FailurePhase::connect:
      return "could not connect";
    case FailurePhase::certificate:
      return "the server's certificate was refused";
    case FailurePhase::tls:
      return "no secure connection could be made";
    case FailurePhase::send:
      return "the request could not be sent in full";
    case FailurePhase::wait:
      return "the request was sent, but no answer came";
  }
  return "failed";
}

void start_libcurl_once() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

// One request on its way, and the handle it travels by; both are used again.
struct Transfer {
  Easy easy{curl_easy_init()};
  HeaderList headers;
  std::array<char, CURL_ERROR_SIZE> error_text{};

  ClientRequest request;
  std::function<void(ClientResult)> done;
  Destination destination;

  ClientAnswer answer;
  std::size_t header_bytes = 0;
  bool headers_ended = false;
  bool cut_off = false;  // we stopped reading
  bool tls_begun = false;
  bool sending_begun = false;
  bool resending_refused = false;
  std::size_t place = 0;  // among those in flight

  void prepare();
  [[nodiscard]] ClientResult take_result(CURLcode code);

 private:
  void set_method_and_body();
  void set_headers();
  [[nodiscard]] FailurePhase phase_of(CURLcode code) const;
  [[nodiscard]] FailurePhase phase_reached() const;
  [[nodiscard]] curl_off_t number(CURLINFO info) const;
  [[nodiscard]] std::string explain(CURLcode code, FailurePhase phase) const;

  static std::size_t on_header(char* line, std::size_t, std::size_t size, void* self);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self);
  static CURLcode before_tls(CURL*, void*, void* self);
  static int before_sending(void* self, char*, char*, int, int);
};

std::size_t Transfer::on_header(char* line, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  std::string_view text(line, size);
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  transfer.header_bytes += size;
  if (transfer.header_bytes > kMostHeaderBytes) return 0;
  if (text.empty()) transfer.headers_ended = true;

  if (text.starts_with("HTTP/")) {
    // An interim answer (1xx) is followed by the next status line.
    transfer.answer.headers.clear();
    transfer.headers_ended = false;
    const auto space = text.find(' ');
    transfer.answer.status = space == std::string_view::npos ? 0 : std::atoi(text.data() + space);
    return size;
  }
  const auto colon = text.find(':');
  if (colon != std::string_view::npos) {
    auto value = text.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    transfer.answer.headers.push_back({std::string(text.substr(0, colon)), std::string(value)});
  }
  return size;
}

std::size_t Transfer::on_body(char* bytes, std::size_t, std::size_t size, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto& body = transfer.answer.body;
  const auto taken = std::min(size, transfer.request.max_answer_bytes - body.size());
  body.append(bytes, taken);
  if (taken == size) return size;
  transfer.cut_off = true;
  return 0;  // ends the transfer
}

CURLcode Transfer::before_tls(CURL*, void*, void* self) {
  static_cast<Transfer*>(self)->tls_begun = true;
  return CURLE_OK;
}

// libcurl sends again by itself when a kept connection breaks before the answer. The server may have acted on
// the first sending, so whether to send again is the caller's to decide.
int Transfer::before_sending(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.resending_refused = transfer.sending_begun && transfer.number(CURLINFO_REQUEST_SIZE) > 0;
  transfer.sending_begun = true;
  return transfer.resending_refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

void Transfer::prepare() {
  auto* handle = easy.get();
  curl_easy_reset(handle);
  answer = {};
  header_bytes = 0;
  headers_ended = cut_off = tls_begun = sending_begun = resending_refused = false;
  error_text[0] = '\0';

  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text.data());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // A resolver that hangs must not make the one thread wait for it.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, destination.tls ? "https" : "http");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "leadspool/" LEADSPOOL_VERSION);
  // Zero would mean "no limit" to libcurl.
  const auto positive = [](milliseconds span) {
    return static_cast<long>(std::max(span, milliseconds{1}).count());
  };
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, positive(request.connect_timeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, positive(request.total_timeout));

  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // A folder of certificates would be trusted beside the bundle, and keep libcurl from caching the bundle.
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  if (!request.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request.ca_file.c_str());
  if (!request.unix_socket.empty()) {
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());
  }
  if (destination.loopback) curl_easy_setopt(handle, CURLOPT_PROXY, "");

  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, &Transfer::before_tls);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &Transfer::before_sending);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, this);
  set_method_and_body();
  set_headers();
}

void Transfer::set_method_and_body() {
  auto* handle = easy.get();
  const bool takes_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (request.method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (takes_body || !request.body.empty()) {
    // Not copied: `request` outlives the transfer.
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void Transfer::set_headers() {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  // libcurl would add these of its own accord.
  add("Expect:");
  if (find_header(request.headers, "Content-Type").empty()) add("Content-Type:");
  for (const auto& [name, value] : request.headers) {
    // "Name:" alone would take a header away.
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  headers.reset(list);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, list);
}

curl_off_t Transfer::number(CURLINFO info) const {
  if (info == CURLINFO_REQUEST_SIZE || info == CURLINFO_OS_ERRNO) {
    long value = 0;
    curl_easy_getinfo(easy.get(), info, &value);
    return value;
  }
  curl_off_t value = 0;
  curl_easy_getinfo(easy.get(), info, &value);
  return value;
}

// For failures that can come at any time.
FailurePhase Transfer::phase_reached() const {
  if (resending_refused) return FailurePhase::wait;
  if (sending_begun && number(CURLINFO_REQUEST_SIZE) > 0) {
    const bool all_sent = number(CURLINFO_SIZE_UPLOAD_T) >= static_cast<curl_off_t>(request.body.size());
    return all_sent ? FailurePhase::wait : FailurePhase::send;
  }
  if (sending_begun) return FailurePhase::connect;
  if (tls_begun) return FailurePhase::tls;
  return number(CURLINFO_NAMELOOKUP_TIME_T) == 0 ? FailurePhase::dns : FailurePhase::connect;
}

FailurePhase Transfer::phase_of(CURLcode code) const {
  switch (code) {
    case CURLE_URL_MALFORMAT:
    case CURLE_NOT_BUILT_IN:
      return FailurePhase::bad_url;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return FailurePhase::dns;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
      return FailurePhase::connect;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return FailurePhase::certificate;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_INITFAILED:
      return FailurePhase::tls;
    default:
      return phase_reached();
  }
}

std::string Transfer::explain(CURLcode code, FailurePhase phase) const {
  const std::string what(description(phase));
  if (resending_refused) return what + ": the connection was closed";
  const auto os_error = number(CURLINFO_OS_ERRNO);
  const std::string why = error_text[0] != '\0' ? error_text.data() : curl_easy_strerror(code);
  if (phase != FailurePhase::connect || os_error == 0 || code == CURLE_OPERATION_TIMEDOUT) {
    return what + ": " + why;
  }
  return what + ": " + why + ": " + std::generic_category().message(static_cast<int>(os_error));
}

ClientResult Transfer::take_result(CURLcode code) {
  constexpr int kFirstFinalStatus = 200;
  if (answer.status >= kFirstFinalStatus) {
    answer.complete = code == CURLE_OK && headers_ended && !cut_off;
    return std::move(answer);
  }
  const auto phase = phase_of(code);
  return ClientFailure{
      .phase = phase, .timed_out = code == CURLE_OPERATION_TIMEDOUT, .detail = explain(code, phase)};
}

}  // namespace

bool is_allowed_url(std::string_view url) { return destination_of(url).allowed; }

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
  void end(Transfer& transfer, CURLcode code);
  void put_by(std::unique_ptr<Transfer> transfer);

  Multi multi_;
  std::vector<std::unique_ptr<Transfer>> flying_;
  std::vector<std::unique_ptr<Transfer>> spare_;  // for later requests
  std::deque<Refused> refused_;
};

void CurlClient::Transfers::send(ClientRequest request, std::function<void(ClientResult)> done) {
  const auto destination = destination_of(request.url);
  if (!destination.allowed) {
    refused_.push_back({"the URL must be https (or http to a loopback address), without credentials in it",
                        std::move(done)});
    return;
  }
  if (std::ranges::any_of(request.headers, is_malformed)) {
    refused_.push_back({"a header is malformed", std::move(done)});
    return;
  }
  if (spare_.empty()) spare_.push_back(std::make_unique<Transfer>());
  auto& transfer = *spare_.back();
  transfer.request = std::move(request);
  transfer.done = std::move(done);
  transfer.destination = destination;
  transfer.prepare();
  CHECK(curl_multi_add_handle(multi_.get(), transfer.easy.get()) == CURLM_OK);
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

  curl_waitfd wake{wake_fd, CURL_WAIT_POLLIN, 0};
  const auto wait_ms =
      static_cast<int>(std::clamp(longest, milliseconds{0}, milliseconds{3'600'000}).count());
  curl_multi_poll(multi_.get(), &wake, wake_fd < 0 ? 0 : 1, wait_ms, nullptr);
  curl_multi_perform(multi_.get(), &running);
  call_back();
}

// Whether anything was called back. Callbacks may send and forget.
bool CurlClient::Transfers::call_back() {
  bool called = false;
  for (auto waiting = refused_.size(); waiting > 0 && !refused_.empty(); --waiting) {
    auto refused = std::move(refused_.front());
    refused_.pop_front();
    called = true;
    refused.done(ClientFailure{.phase = FailurePhase::bad_url, .detail = std::move(refused.why)});
  }
  int left = 0;
  while (const auto* note = curl_multi_info_read(multi_.get(), &left)) {
    char* transfer = nullptr;
    curl_easy_getinfo(note->easy_handle, CURLINFO_PRIVATE, &transfer);
    called = true;
    end(*reinterpret_cast<Transfer*>(transfer), note->data.result);
  }
  return called;
}

void CurlClient::Transfers::end(Transfer& transfer, CURLcode code) {
  auto result = transfer.take_result(code);
  const auto done = std::move(transfer.done);
  std::swap(flying_[transfer.place], flying_.back());
  flying_[transfer.place]->place = transfer.place;
  put_by(std::move(flying_.back()));
  flying_.pop_back();
  done(std::move(result));
}

// Ends the transfer and keeps its handle; a lead's data is not kept with it.
void CurlClient::Transfers::put_by(std::unique_ptr<Transfer> transfer) {
  curl_multi_remove_handle(multi_.get(), transfer->easy.get());
  transfer->request = {};
  transfer->answer = {};
  transfer->done = nullptr;
  spare_.push_back(std::move(transfer));
}

void CurlClient::Transfers::forget_all() {
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
