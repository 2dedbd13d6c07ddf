// An e-mail: how it is written, and sending one while waiting. Without waiting it is a ClientRequest
// (client.h).
//
// What goes out is RFC 5322, in lines of ASCII, with its text and HTML of UTF-8 in quoted-printable. No text
// that is given can add a header or end a part: an address that is not a plain one is left out, control
// characters in the subject become spaces, and what separates the parts cannot be written in
// quoted-printable.
//
// Thread-safety: pure functions; send_mail() blocks the calling thread.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/secret.h"
#include "base/time.h"

namespace leadspool::http {

struct MailServer {
  std::string url;  // "smtps://mail.contoso.com:465", or "smtp://mail.contoso.com:587"
  // With smtp://: whether the connection must be turned into a secure one before anything is said
  // (STARTTLS). False is taken for a loopback address only.
  bool starttls = true;
  std::string user;  // empty: the server asks for none
  Secret password;
  std::string ca_file;  // a PEM bundle to trust instead of the system's; empty: the system's
  std::chrono::milliseconds connect_timeout{10'000};  // DNS, TCP and TLS together
  std::chrono::milliseconds total_timeout{60'000};
};

struct Mail {
  std::string from;
  std::vector<std::string> to;
  std::string reply_to;  // empty: answers go to `from`
  std::string subject;   // UTF-8
  std::string text;      // UTF-8, lines end with "\n"
  std::string html;      // the same for those who can show it: a whole document; empty: there is none
  Time date;
  std::string id;  // the world's only one: what stands before the @ of the Message-ID
  // No person wrote it, and nobody's automatic reply is wanted (RFC 3834).
  bool auto_submitted = true;
};

struct MailSent {
  // What the server said last of a recipient for whom it did not take the mail; empty: there is none.
  std::string refused;
};

struct MailFailure {
  std::string detail;     // what went wrong, with the server's words where it said any
  bool answered = false;  // the server refused it; otherwise it could not be reached, or fell silent
};

using MailResult = std::variant<MailSent, MailFailure>;

// Gives up, as a failure, within seconds of `wake_fd` becoming readable (-1: none).
[[nodiscard]] MailResult send_mail(const MailServer& server, const Mail& mail, int wake_fd = -1);

// "ops@contoso.com": one plain ASCII address, with neither a name, quotes nor comments.
[[nodiscard]] bool is_mail_address(std::string_view text);

// Whether `url` names a mail server and nothing else: smtps or smtp, a host, perhaps a port.
[[nodiscard]] bool is_mail_server_url(std::string_view url);

// Whether mail may go there without TLS: by smtp to a loopback address.
[[nodiscard]] bool may_be_sent_openly(std::string_view url);

// The mail as it goes over the wire, but for dots that begin a line.
[[nodiscard]] std::string to_rfc5322(const Mail& mail);

// "<0192f3c1@contoso.com>": its domain is that of `from`.
[[nodiscard]] std::string message_id(const Mail& mail);

// "Fri, 20 Nov 2026 15:30:00 +0000"
[[nodiscard]] std::string to_rfc5322_date(Time time);

}  // namespace leadspool::http
