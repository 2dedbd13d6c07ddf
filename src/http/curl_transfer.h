// One request on its way by libcurl, and the handle it travels by; both are used again. What is peculiar to a
// mail is in mail_transfer.h.
//
// Thread-safety: none. libcurl's types are hidden: its easy handle is a void*, its result code an int.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.h"
#include "http/mail_transfer.h"
#include "http/request_url.h"

struct curl_slist;

namespace leadspool::http {

class CurlTransfer {
 public:
  CurlTransfer();
  ~CurlTransfer();
  CurlTransfer(const CurlTransfer&) = delete;
  CurlTransfer& operator=(const CurlTransfer&) = delete;

  // For curl_multi_add_handle(), after prepare(). Its CURLINFO_PRIVATE is this transfer.
  [[nodiscard]] void* handle() const { return easy_.get(); }

  void prepare(ClientRequest request, const RequestUrl& url, std::function<void(ClientResult)> done);

  // Whether libcurl's end is not the end: a mail has yet to be talked over. nullptr: it is.
  [[nodiscard]] MailTransfer* mail_to_talk_over(int code) const;

  // What came of it, by libcurl's code, once libcurl is done with the handle, and the mail is talked over.
  [[nodiscard]] ClientResult take_result(int code);
  [[nodiscard]] std::function<void(ClientResult)> take_done() { return std::move(done_); }

  // Keeps the handle, which is on no multi handle, and nothing of the request: that is a lead's data.
  void clear();

  std::size_t place = 0;  // among those in flight; its owner's

 private:
  struct Callbacks;
  struct FreeEasy {
    void operator()(void* handle) const;
  };
  struct FreeList {
    void operator()(curl_slist* list) const;
  };

  void set_limits();
  void set_security();
  void set_callbacks();
  void set_http();
  void set_method_and_body();
  void set_headers();

  bool take_header_line(std::string_view line);
  bool take_body(std::string_view bytes);
  bool may_send();

  [[nodiscard]] FailurePhase phase_of(int code) const;
  [[nodiscard]] FailurePhase phase_reached() const;
  [[nodiscard]] bool anything_sent() const;
  [[nodiscard]] std::string explain(int code, FailurePhase phase) const;
  [[nodiscard]] std::string explain_timeout(FailurePhase phase) const;
  [[nodiscard]] std::string explain_shortfall(int code) const;
  [[nodiscard]] std::string time_allowed(bool for_connecting) const;

  std::unique_ptr<void, FreeEasy> easy_;
  std::unique_ptr<curl_slist, FreeList> headers_;
  std::array<char, 256> error_text_{};

  ClientRequest request_;
  RequestUrl url_;
  std::function<void(ClientResult)> done_;
  std::unique_ptr<MailTransfer> mail_;  // nullptr: HTTP

  ClientAnswer answer_;
  std::size_t header_bytes_ = 0;
  bool headers_ended_ = false;
  bool cut_off_ = false;  // we stopped reading
  bool tls_begun_ = false;
  bool sending_begun_ = false;
  bool resending_refused_ = false;
};

}  // namespace leadspool::http
