#include "http/mail.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include <curl/curl.h>
#include <poll.h>

#include "base/check.h"
#include "base/text.h"
#include "http/curl_start.h"
#include "http/request_url.h"

namespace leadspool::http {
namespace {

constexpr std::size_t kLongestWords = 300;  // bytes of the server's own words
constexpr int kLongestPoll_ms = 1'000;

struct FreeMulti {
  void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One mail on its way.
class Sending {
 public:
  Sending(const MailServer& server, const Mail& mail, int wake_fd);
  ~Sending() { curl_multi_remove_handle(multi_.get(), easy_.get()); }
  Sending(const Sending&) = delete;
  Sending& operator=(const Sending&) = delete;

  MailResult run();

 private:
  static std::size_t give_text(char* room, std::size_t, std::size_t size, void* self);
  static std::size_t take_line(char* line, std::size_t, std::size_t size, void* self);
  static int ask_whether_to_give_up(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t);

  void set_server(const MailServer& server);
  void set_mail(const Mail& mail);
  [[nodiscard]] std::optional<CURLcode> run_until_ended();
  [[nodiscard]] bool is_to_give_up() const;
  [[nodiscard]] std::string explain(CURLcode code) const;

  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::unique_ptr<CURL, FreeEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> recipients_;
  std::array<char, CURL_ERROR_SIZE> error_text_{};
  const std::string text_;
  const int wake_fd_;
  std::size_t given_ = 0;
  // The last answer of the server that was a refusal: "550 5.1.1 no such user".
  std::string refusal_;
};

Sending::Sending(const MailServer& server, const Mail& mail, int wake_fd)
    : text_(to_rfc5322(mail)), wake_fd_(wake_fd) {
  start_libcurl_once();
  multi_.reset(curl_multi_init());
  easy_.reset(curl_easy_init());
  CHECK(multi_ && easy_);
  set_server(server);
  set_mail(mail);
  CHECK(curl_multi_add_handle(multi_.get(), easy_.get()) == CURLM_OK);
}

void Sending::set_server(const MailServer& server) {
  auto* handle = easy_.get();
  const auto url = examine_mail_url(server.url);
  const auto milliseconds = [](auto span) {
    return static_cast<long>(std::max(span, std::chrono::milliseconds{1}).count());
  };
  curl_easy_setopt(handle, CURLOPT_URL, server.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, url.tls ? "smtps" : "smtp");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, error_text_.data());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(server.connect_timeout));
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, milliseconds(server.total_timeout));
  // How long its answer to our farewell is waited for: two minutes, otherwise.
  const auto patience = std::chrono::ceil<std::chrono::seconds>(server.total_timeout);
  curl_easy_setopt(handle, CURLOPT_SERVER_RESPONSE_TIMEOUT, std::max<long>(patience.count(), 1));
  // The farewell belongs to this mail's own time, and not to that of a kept connection.
  curl_easy_setopt(handle, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(handle, CURLOPT_PROXY, "");
  const auto tls = server.starttls ? CURLUSESSL_ALL : CURLUSESSL_NONE;
  if (!url.tls) curl_easy_setopt(handle, CURLOPT_USE_SSL, static_cast<long>(tls));
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!server.ca_file.empty()) {
    // A folder of certificates would be trusted beside it.
    curl_easy_setopt(handle, CURLOPT_CAPATH, nullptr);
    curl_easy_setopt(handle, CURLOPT_CAINFO, server.ca_file.c_str());
  }
  if (server.user.empty()) return;
  curl_easy_setopt(handle, CURLOPT_SASL_IR, 1L);
  curl_easy_setopt(handle, CURLOPT_USERNAME, server.user.c_str());
  curl_easy_setopt(handle, CURLOPT_PASSWORD, server.password.reveal().c_str());
}

void Sending::set_mail(const Mail& mail) {
  auto* handle = easy_.get();
  curl_slist* recipients = nullptr;
  for (const auto& address : mail.to) recipients = curl_slist_append(recipients, address.c_str());
  recipients_.reset(recipients);
  curl_easy_setopt(handle, CURLOPT_MAIL_FROM, mail.from.c_str());
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, recipients);
  // One address that is gone must not keep the news from the others.
#if LIBCURL_VERSION_NUM >= 0x080200
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLOWFAILS, 1L);
#else
  curl_easy_setopt(handle, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
#endif
  curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(handle, CURLOPT_READFUNCTION, &give_text);
  curl_easy_setopt(handle, CURLOPT_READDATA, this);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &take_line);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, &ask_whether_to_give_up);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, this);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
}

std::size_t Sending::give_text(char* room, std::size_t, std::size_t size, void* self) {
  auto& sending = *static_cast<Sending*>(self);
  const auto part = std::string_view(sending.text_).substr(sending.given_, size);
  std::memcpy(room, part.data(), part.size());
  sending.given_ += part.size();
  return part.size();
}

std::size_t Sending::take_line(char* line, std::size_t, std::size_t size, void* self) {
  const std::string_view text = trimmed({line, size});
  if (text.starts_with('4') || text.starts_with('5')) {
    auto& refusal = static_cast<Sending*>(self)->refusal_;
    refusal = text.substr(0, kLongestWords);
    std::replace_if(
        refusal.begin(), refusal.end(), [](char c) { return static_cast<std::uint8_t>(c) < 32 || c == 127; },
        ' ');
  }
  return size;
}

// libcurl waits for some answers by itself, the one to our farewell for one, and asks then each second. A
// mail that is merely taken from libcurl would be ended like a whole one, wherever it is.
int Sending::ask_whether_to_give_up(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Sending*>(self)->is_to_give_up() ? 1 : 0;
}

bool Sending::is_to_give_up() const {
  pollfd watched{wake_fd_, POLLIN, 0};
  return wake_fd_ >= 0 && poll(&watched, 1, 0) > 0;
}

// nullopt: it was told to give up.
std::optional<CURLcode> Sending::run_until_ended() {
  for (;;) {
    const bool last = is_to_give_up();
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int left = 0;
    if (const auto* note = curl_multi_info_read(multi_.get(), &left)) {
      if (note->data.result == CURLE_ABORTED_BY_CALLBACK) return std::nullopt;
      return note->data.result;
    }
    if (last) return std::nullopt;
    curl_waitfd wake{wake_fd_, CURL_WAIT_POLLIN, 0};
    curl_multi_poll(multi_.get(), &wake, wake_fd_ < 0 ? 0 : 1, kLongestPoll_ms, nullptr);
  }
}

std::string Sending::explain(CURLcode code) const {
  const std::string words = error_text_[0] != '\0' ? error_text_.data() : curl_easy_strerror(code);
  const std::string said = refusal_.empty() ? words : "the server said: " + refusal_;
  switch (code) {
    case CURLE_LOGIN_DENIED:
      return "the mail server does not accept smtp_user and smtp_password: " + said;
    case CURLE_USE_SSL_FAILED:
      return "the mail server offers no STARTTLS, and without it nothing is sent";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return "the mail server's certificate was refused: " + words;
    case CURLE_OPERATION_TIMEDOUT:
      return "the mail server did not answer in time: " + words;
    default:
      return refusal_.empty() ? "the mail server could not be spoken to: " + words
                              : "the mail server refused the mail: " + refusal_;
  }
}

MailResult Sending::run() {
  const auto code = run_until_ended();
  if (!code) return MailFailure{"it was broken off", false};
  if (*code == CURLE_OK) return MailSent{refusal_};
  return MailFailure{explain(*code), !refusal_.empty()};
}

std::optional<std::string> mistake_in(const MailServer& server, const Mail& mail) {
  if (!is_mail_server_url(server.url)) return "the mail server must be smtps://HOST:PORT or smtp://HOST:PORT";
  if (!server.starttls && !examine_mail_url(server.url).tls && !may_be_sent_openly(server.url)) {
    return "without TLS mail goes to a loopback address only";
  }
  if (mail.to.empty()) return "the mail has no recipient";
  if (!is_mail_address(mail.from)) return "the sender is not a plain e-mail address";
  if (!std::all_of(mail.to.begin(), mail.to.end(), [](const auto& each) { return is_mail_address(each); })) {
    return "a recipient is not a plain e-mail address";
  }
  return std::nullopt;
}

}  // namespace

bool is_mail_server_url(std::string_view url) { return examine_mail_url(url).allowed; }

bool may_be_sent_openly(std::string_view url) {
  const auto examined = examine_mail_url(url);
  return examined.allowed && !examined.tls && examined.loopback;
}

MailResult send_mail(const MailServer& server, const Mail& mail, int wake_fd) {
  if (auto mistake = mistake_in(server, mail)) return MailFailure{std::move(*mistake), false};
  return Sending(server, mail, wake_fd).run();
}

}  // namespace leadspool::http
