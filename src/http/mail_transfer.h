// What a transfer that carries a mail does beside any other. libcurl connects, secures the connection and
// logs in; from there on the mail goes by our own dialogue (mail_dialogue.h): libcurl's own waits for some
// answers of a mail server inside curl_multi_perform(), and all other transfers with it.
//
// Thread-safety: none. libcurl's types are hidden, as in curl_transfer.h.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/client.h"
#include "http/mail_dialogue.h"
#include "http/request_url.h"

namespace leadspool::http {

// Why no mail may be sent so; nullopt: it may.
[[nodiscard]] std::optional<std::string> mistake_in_mail(const ClientRequest& request);

class MailTransfer {
 public:
  // Sets the options of `easy`, for which limits and security are set. Both outlive this; `request` has a
  // mail.
  MailTransfer(void* easy, const ClientRequest& request, const RequestUrl& url);
  // When `easy` is on no multi handle any more.
  ~MailTransfer();
  MailTransfer(const MailTransfer&) = delete;
  MailTransfer& operator=(const MailTransfer&) = delete;

  // A line that the server said while libcurl speaks to it.
  void take_line(std::string_view line);

  // When libcurl has connected, secured and logged in: begins the dialogue. talk() is to be called before
  // libcurl does anything else, since only a connection that is talked on is never closed for being idle.
  void begin(SteadyTime now);

  // Says and hears what can be said and heard without waiting. True when the mail's way has ended:
  // take_result() tells how.
  [[nodiscard]] bool talk(SteadyTime now);

  // What talk() waits for.
  [[nodiscard]] int socket() const;
  [[nodiscard]] bool waits_to_say() const { return waits_to_say_; }
  [[nodiscard]] SteadyTime gives_up_at() const { return gives_up_at_; }

  // What came of it, by libcurl's code; nullopt for failures that are like any other transfer's.
  [[nodiscard]] std::optional<ClientResult> take_result(int code);

 private:
  struct Callbacks;

  void set_account();
  // Whether anything moved.
  bool say();
  bool hear();
  void hear_lines();
  void say_goodbye();
  void end(ClientResult result) { result_ = std::move(result); }
  void fail(std::string detail, bool timed_out = false);

  void* easy_;
  const ClientRequest& request_;
  MailReply reply_;    // the last one libcurl got
  MailReply reading_;  // the one it is getting
  bool logged_in_ = false;
  std::optional<MailDialogue> dialogue_;
  std::string heard_;  // lines, the last perhaps not whole yet
  bool waits_to_say_ = false;
  SteadyTime gives_up_at_{};
  std::optional<ClientResult> result_;
};

}  // namespace leadspool::http
