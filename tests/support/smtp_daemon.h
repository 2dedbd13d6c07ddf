// A real mail server, aiosmtpd from Debian's python3-aiosmtpd, as a process of its own: what it took lies in
// a Maildir, and is read by Python's email package. For mail servers that misbehave there is mail_server.h.
//
// Thread-safety: one thread.
// Errors: std::runtime_error when the package is missing, or Python fails.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/message.h"
#include "support/process.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

// Decoded.
struct ReceivedMail {
  std::vector<http::Header> headers;  // beside the mail's own X-MailFrom and X-RcptTo, of the envelope
  std::string text;
  std::string html;
  std::vector<std::string> defects;  // whatever the parser found fault with

  [[nodiscard]] std::string header(std::string_view name) const {
    return std::string(http::find_header(headers, name));
  }
};

struct SmtpDaemonOptions {
  enum class Security { none, starttls, smtps };
  Security security = Security::smtps;  // required, where it is not `none`
  std::string user;                     // empty: it asks for no login
  std::string password;
};

class SmtpDaemon {
 public:
  explicit SmtpDaemon(const SmtpDaemonOptions& options);

  // "smtps://127.0.0.1:12345"
  [[nodiscard]] std::string url() const { return url_; }
  [[nodiscard]] std::string ca_file() const { return folder_.file("certificate.pem"); }

  // In the order in which they came.
  [[nodiscard]] std::vector<ReceivedMail> mails() const;

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Process> process_;
  std::string url_;
};

}  // namespace leadspool::test
