#include "http/curl_transfer.h"

#include <algorithm>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <curl/curl.h>

#include "http/failure_words.h"
#include "http/handshake_limit.h"

namespace leadspool::http {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t kMostHeaderBytes = 64 * 1024;

// Of a connection that is used again. A server may have closed one that idled longer, which libcurl does not
// always see: the lead would be sent into the void, and nobody could tell whether it arrived.
constexpr long kLongestIdle_s = 3;

// Zero would mean "no limit" to libcurl.
long positive(milliseconds span) { return static_cast<long>(std::max(span, milliseconds{1}).count()); }

long whole_seconds(milliseconds span) {
  return std::max<long>(std::chrono::ceil<std::chrono::seconds>(span).count(), 1);
}

long long_info(void* handle, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(handle, info, &value);
  return value;
}

curl_off_t offset_info(void* handle, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(handle, info, &value);
  return value;
}

}  // namespace

// What libcurl calls, with the transfer as `self`.
struct CurlTransfer::Callbacks {
  static std::size_t on_header(char* line, std::size_t, std::size_t size, void* self) {
    return static_cast<CurlTransfer*>(self)->take_header_line({line, size}) ? size : 0;
  }
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* self) {
    return static_cast<CurlTransfer*>(self)->take_body({bytes, size}) ? size : 0;
  }
  static CURLcode before_tls(CURL*, void* context, void* self) {
    limit_handshake_messages(context);
    static_cast<CurlTransfer*>(self)->tls_begun_ = true;
    return CURLE_OK;
  }
  static int before_sending(void* self, char*, char*, int, int) {
    return static_cast<CurlTransfer*>(self)->may_send() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
  }
};

void CurlTransfer::FreeEasy::operator()(void* handle) const { curl_easy_cleanup(handle); }
void CurlTransfer::FreeList::operator()(curl_slist* list) const { curl_slist_free_all(list); }

CurlTransfer::CurlTransfer() : easy_(curl_easy_init()) {
  static_assert(std::tuple_size_v<decltype(error_text_)> >= CURL_ERROR_SIZE);
}

CurlTransfer::~CurlTransfer() = default;

void CurlTransfer::prepare(ClientRequest request, const RequestUrl& url,
                           std::function<void(ClientResult)> done) {
  request_ = std::move(request);
  url_ = url;
  done_ = std::move(done);
  answer_ = {};
  header_bytes_ = 0;
  headers_ended_ = cut_off_ = tls_begun_ = sending_begun_ = resending_refused_ = false;
  error_text_[0] = '\0';

  auto* handle = easy_.get();
  curl_easy_reset(handle);
  curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle, CURLOPT_URL, request_.url.c_str());
  set_limits();
  set_security();
  set_callbacks();
  if (request_.mail) {
    mail_ = std::make_unique<MailTransfer>(handle, request_, url_);
  } else {
    set_http();
  }
}

void CurlTransfer::set_http() {
  auto* handle = easy_.get();
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, url_.tls ? "https" : "http");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXAGE_CONN, kLongestIdle_s);
  curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "leadspool/" LEADSPOOL_VERSION);
  if (!request_.unix_socket.empty()) {
    curl_easy_setopt(handle, CURLOPT_UNIX_SOCKET_PATH, request_.unix_socket.c_str());
  }
  if (url_.loopback) curl_easy_setopt(handle, CURLOPT_PROXY, "");
  curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, &Callbacks::before_sending);
  curl_easy_setopt(handle, CURLOPT_PREREQDATA, this);
  set_method_and_body();
  set_headers();
}

void CurlTransfer::set_limits() {
  auto* handle = easy_.get();
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  // A resolver that hangs must not make the one thread wait for it.
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, positive(request_.connect_timeout));
  if (request_.take_part) {
    // libcurl's measure of silence: less than so many bytes a second for so many seconds.
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, whole_seconds(request_.total_timeout));
  } else {
    curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, positive(request_.total_timeout));
  }
}

void CurlTransfer::set_security() {
  auto* handle = easy_.get();
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  // A folder of certificates would be trusted beside the bundle, and keep libcurl from caching the bundle.
  curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
  if (!request_.ca_file.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request_.ca_file.c_str());
}

void CurlTransfer::set_callbacks() {
  auto* handle = easy_.get();
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &Callbacks::on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &Callbacks::on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, this);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, &Callbacks::before_tls);
  curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, this);
}

void CurlTransfer::set_method_and_body() {
  auto* handle = easy_.get();
  const auto& method = request_.method;
  const bool takes_body = method == "POST" || method == "PUT" || method == "PATCH";
  if (method == "HEAD") {
    curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  } else if (takes_body || !request_.body.empty()) {
    // Not copied: `request_` outlives the transfer.
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void CurlTransfer::set_headers() {
  curl_slist* list = nullptr;
  const auto add = [&](const std::string& line) { list = curl_slist_append(list, line.c_str()); };
  // libcurl would add these of its own accord.
  add("Expect:");
  if (find_header(request_.headers, "Content-Type").empty()) add("Content-Type:");
  if (request_.chunked) add("Transfer-Encoding: chunked");
  for (const auto& [name, value] : request_.headers) {
    // "Name:" alone would take a header away.
    add(value.empty() ? name + ";" : name + ": " + value);
  }
  headers_.reset(list);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, list);
}

// False when there are too many.
bool CurlTransfer::take_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (mail_) {
    // What can be read came before the handshake or after it.
    tls_begun_ = false;
    mail_->take_line(line);
    return header_bytes_ <= kMostHeaderBytes;
  }
  if (header_bytes_ > kMostHeaderBytes) return false;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.empty()) headers_ended_ = true;

  if (line.starts_with("HTTP/")) {
    // An interim answer (1xx) is followed by the next status line.
    answer_.headers.clear();
    headers_ended_ = false;
    const auto space = line.find(' ');
    answer_.status = space == std::string_view::npos ? 0 : std::atoi(line.data() + space);
    return true;
  }
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
    answer_.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
  }
  return true;
}

// False when that was enough of it.
bool CurlTransfer::take_body(std::string_view bytes) {
  const bool is_success = answer_.status >= 200 && answer_.status < 300;
  if (request_.take_part && is_success) {
    cut_off_ = !request_.take_part(bytes);
    return !cut_off_;
  }
  auto& body = answer_.body;
  const auto taken = bytes.substr(0, request_.max_answer_bytes - body.size());
  body.append(taken);
  cut_off_ = taken.size() < bytes.size();
  return !cut_off_;
}

// libcurl sends again by itself when a kept connection breaks before the answer. The server may have acted on
// the first sending, so whether to send again is the caller's to decide.
bool CurlTransfer::may_send() {
  resending_refused_ = sending_begun_ && anything_sent();
  sending_begun_ = true;
  return !resending_refused_;
}

bool CurlTransfer::anything_sent() const { return long_info(easy_.get(), CURLINFO_REQUEST_SIZE) > 0; }

// For failures that can come at any time.
FailurePhase CurlTransfer::phase_reached() const {
  if (resending_refused_) return FailurePhase::wait;
  if (sending_begun_ && anything_sent()) {
    const auto size = static_cast<curl_off_t>(request_.body.size());
    return offset_info(easy_.get(), CURLINFO_SIZE_UPLOAD_T) >= size ? FailurePhase::wait : FailurePhase::send;
  }
  if (sending_begun_) return FailurePhase::connect;
  const bool tls_ended = offset_info(easy_.get(), CURLINFO_APPCONNECT_TIME_T) != 0;
  if (tls_begun_ && !tls_ended) return FailurePhase::tls;
  const bool resolved = offset_info(easy_.get(), CURLINFO_NAMELOOKUP_TIME_T) != 0;
  return resolved ? FailurePhase::connect : FailurePhase::dns;
}

FailurePhase CurlTransfer::phase_of(int code) const {
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

// "in the 30 s allowed for all of it"
std::string CurlTransfer::time_allowed(bool for_connecting) const {
  if (for_connecting && request_.connect_timeout < request_.total_timeout) {
    return "in the " + in_seconds(request_.connect_timeout) + " allowed for connecting";
  }
  const std::string_view what = request_.take_part ? "silence" : "all of it";
  return "in the " + in_seconds(request_.total_timeout) + " allowed for " + std::string(what);
}

std::string CurlTransfer::explain_timeout(FailurePhase phase) const {
  const bool answer_begun = offset_info(easy_.get(), CURLINFO_STARTTRANSFER_TIME_T) > 0;
  const auto what = phase == FailurePhase::wait && answer_begun
                        ? std::string_view("an answer began, but did not get as far as its status")
                        : description_of_timeout(phase);
  return std::string(what) + " " + time_allowed(phase < FailurePhase::send);
}

// Of an answer that has begun.
std::string CurlTransfer::explain_shortfall(int code) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return "the end of the answer did not come " + time_allowed(false);
  if (header_bytes_ > kMostHeaderBytes) return "the headers of the answer are too long";
  return "the connection broke before the end of the answer";
}

std::string CurlTransfer::explain(int code, FailurePhase phase) const {
  if (code == CURLE_OPERATION_TIMEDOUT) return explain_timeout(phase);
  const std::string what(description(phase));
  if (resending_refused_) return what + ": the connection was closed";
  const auto os_error = long_info(easy_.get(), CURLINFO_OS_ERRNO);
  const std::string why =
      error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(static_cast<CURLcode>(code));
  if (phase != FailurePhase::connect || os_error == 0) {
    return what + ": " + why;
  }
  return what + ": " + why + ": " + std::generic_category().message(static_cast<int>(os_error));
}

MailTransfer* CurlTransfer::mail_to_talk_over(int code) const {
  return code == CURLE_OK ? mail_.get() : nullptr;
}

ClientResult CurlTransfer::take_result(int code) {
  if (mail_) {
    if (auto result = mail_->take_result(code)) return std::move(*result);
  }
  constexpr int kFirstFinalStatus = 200;
  if (answer_.status >= kFirstFinalStatus) {
    answer_.complete = code == CURLE_OK && headers_ended_ && !cut_off_;
    if (!answer_.complete && !cut_off_) answer_.incomplete_because = explain_shortfall(code);
    return std::move(answer_);
  }
  const auto phase = phase_of(code);
  return ClientFailure{
      .phase = phase, .timed_out = code == CURLE_OPERATION_TIMEDOUT, .detail = explain(code, phase)};
}

void CurlTransfer::clear() {
  mail_.reset();
  request_ = {};
  answer_ = {};
  done_ = nullptr;
}

}  // namespace leadspool::http
