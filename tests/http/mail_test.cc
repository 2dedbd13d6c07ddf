// E-mail: how it looks on the wire, and what comes of it with mail servers of all manners.
#include "http/mail.h"

#include <algorithm>
#include <fstream>
#include <thread>

#include "base/digest.h"
#include "base/wake_signal.h"
#include "support/catch.h"
#include "support/mail_server.h"
#include "support/process.h"

namespace leadspool::http {
namespace {

using test::MailManners;

Mail some_mail() {
  return {.from = "leadspool@contoso.com",
          .to = {"ops@contoso.com"},
          .subject = "crm is down",
          .text = "One line.\n",
          .date = from_unix_ms(1'795'188'600'123),
          .id = "0192f3c1"};
}

// Plain where the test server is; STARTTLS only where asked for.
MailServer account(const test::MailServer& server) {
  return {.url = server.url(), .starttls = false, .ca_file = server.ca_file()};
}

bool is_sent(const MailResult& result) { return std::holds_alternative<MailSent>(result); }

MailFailure failure(const MailResult& result) {
  REQUIRE(std::holds_alternative<MailFailure>(result));
  return std::get<MailFailure>(result);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool was_said(const test::MailServer& server, const std::string& command) {
  const auto commands = server.commands();
  return std::find(commands.begin(), commands.end(), command) != commands.end();
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

}  // namespace

TEST_CASE("a mail has the headers that RFC 5322 asks for") {
  REQUIRE(to_rfc5322(some_mail()) ==
          "Date: Fri, 20 Nov 2026 15:30:00 +0000\r\n"
          "Message-ID: <0192f3c1@contoso.com>\r\n"
          "From: leadspool@contoso.com\r\n"
          "To: ops@contoso.com\r\n"
          "Subject: crm is down\r\n"
          "Auto-Submitted: auto-generated\r\n"
          "MIME-Version: 1.0\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Transfer-Encoding: quoted-printable\r\n"
          "\r\n"
          "One line.\r\n");
}

TEST_CASE("no text that is given adds a header") {
  auto mail = some_mail();
  mail.subject = "down\r\nBcc: thief@example.com";
  mail.id = "x>\r\nBcc: thief@example.com";
  const auto text = to_rfc5322(mail);
  REQUIRE(contains(text, "Subject: down  Bcc: thief@example.com\r\n"));
  REQUIRE_FALSE(contains(text, "\nBcc:"));

  const auto address =
      GENERATE("", "ops", "@contoso.com", "ops@", "o ps@contoso.com", "ops@contoso.com\r\nBcc: x@y.z",
               "Ops <ops@contoso.com>", "a@b@c", "\"a b\"@contoso.com", "ops.@contoso.com",
               "ops@contoso..com", "ops@contoso.com>", "ops@contoso.com SIZE=1");
  REQUIRE_FALSE(is_mail_address(address));
  mail = some_mail();
  mail.to.emplace_back(address);
  test::MailServer server;
  REQUIRE(contains(failure(send_mail(account(server), mail)).detail, "plain e-mail address"));
  mail = some_mail();
  mail.from = address;
  REQUIRE(contains(failure(send_mail(account(server), mail)).detail, "plain e-mail address"));
  REQUIRE(server.commands().empty());
}

TEST_CASE("no address that is none gets into a mail, and no part of one") {
  auto mail = some_mail();
  mail.from = "x@y.z\r\nBcc: thief@example.com";
  mail.to = {"ops@contoso.com", "boss@contoso.com, thief@example.com"};
  mail.reply_to = "thief@example.com>\r\nX-Other: 1";
  const auto text = to_rfc5322(mail);
  REQUIRE(contains(text, "\r\nTo: ops@contoso.com\r\nSubject:"));
  REQUIRE_FALSE(contains(text, "thief"));
  REQUIRE_FALSE(contains(text, "From:"));
  REQUIRE_FALSE(contains(text, "Reply-To:"));
}

TEST_CASE("a mail with HTML has both forms, the plain one first, and no text ends its part") {
  auto mail = some_mail();
  mail.text = "--=_leadspool--\n\r\n--=_leadspool\nBcc: thief@example.com\n";
  mail.html = "<p>Größe</p>\n--=_leadspool--\n";
  mail.auto_submitted = false;
  mail.reply_to = "jane@fabrikam.com";
  const auto text = to_rfc5322(mail);
  REQUIRE(contains(text,
                   "To: ops@contoso.com\r\nReply-To: jane@fabrikam.com\r\nSubject: crm is down\r\n"
                   "MIME-Version: 1.0\r\n"
                   "Content-Type: multipart/alternative; boundary=\"=_leadspool\"\r\n\r\n"
                   "--=_leadspool\r\nContent-Type: text/plain; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                   "--=3D_leadspool--\r\n=0D\r\n--=3D_leadspool\r\n"));
  REQUIRE(contains(text,
                   "\r\n\r\n--=_leadspool\r\nContent-Type: text/html; charset=utf-8\r\n"
                   "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                   "<p>Gr=C3=B6=C3=9Fe</p>\r\n--=3D_leadspool--\r\n\r\n--=_leadspool--\r\n"));
  REQUIRE_FALSE(contains(text, "Auto-Submitted"));
}

TEST_CASE("no line of a mail is too long, whatever is in it") {
  auto mail = some_mail();
  const std::string longest(100'000, 'x');
  mail.subject = mail.text = mail.html = mail.id = longest;
  mail.to.assign(50, std::string(64, 'a') + "@" + std::string(180, 'b') + ".com");
  mail.reply_to = mail.to.front();
  REQUIRE(longest_line(to_rfc5322(mail)) < 998);
}

TEST_CASE("plain addresses of all forms are taken") {
  REQUIRE(is_mail_address("ops@contoso.com"));
  REQUIRE(is_mail_address("first.last+alerts@mail-1.contoso.co.uk"));
  REQUIRE(is_mail_address("root@localhost"));
}

TEST_CASE(
    "a subject that is not plain ASCII goes as encoded words, none too long and none in mid-character") {
  auto mail = some_mail();
  for (int i = 0; i < 30; ++i) mail.subject += "ä€";
  const auto text = to_rfc5322(mail);
  const auto begin = text.find("Subject: ") + 9;
  const auto words = text.substr(begin, text.find("\r\nAuto-Submitted") - begin);
  REQUIRE(longest_line(words + "\r\n") <= 76);
  std::string decoded;
  for (std::size_t at = words.find("?B?"); at != std::string::npos; at = words.find("?B?", at + 3)) {
    const auto part = from_base64(words.substr(at + 3, words.find("?=", at) - at - 3));
    REQUIRE(part);
    REQUIRE((static_cast<unsigned char>(part->front()) & 0xC0) != 0x80);
    decoded += *part;
  }
  REQUIRE(decoded == mail.subject);
}

TEST_CASE("a text of any characters and lengths keeps to short lines of ASCII") {
  auto mail = some_mail();
  mail.text = "Größe = 5 €\n" + std::string(200, 'x') + "\nends in a space \n.\n..dots\n";
  const auto text = to_rfc5322(mail);
  REQUIRE(contains(text, "Gr=C3=B6=C3=9Fe =3D 5 =E2=82=AC\r\n"));
  REQUIRE(contains(text, "ends in a space=20\r\n.\r\n..dots\r\n"));
  REQUIRE(longest_line(text) <= 76);
  REQUIRE(std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 128; }));
}

TEST_CASE("a mail arrives as it was written, lines that begin with dots included") {
  test::MailServer server;
  auto mail = some_mail();
  mail.to.emplace_back("boss@contoso.com");
  mail.text = ".\n..two\nlast\n";
  REQUIRE(is_sent(send_mail(account(server), mail)));
  REQUIRE(was_said(server, "MAIL FROM:<leadspool@contoso.com>"));
  REQUIRE(was_said(server, "RCPT TO:<ops@contoso.com>"));
  REQUIRE(was_said(server, "RCPT TO:<boss@contoso.com>"));
  REQUIRE(server.mails() == std::vector{to_rfc5322(mail)});
}

TEST_CASE("mail goes over TLS from the first byte, with name and password, to smtps") {
  test::MailServer server({.tls = true, .auth = true});
  auto to = account(server);
  to.user = "leadspool";
  to.password = Secret{"a secret"};
  REQUIRE(is_sent(send_mail(to, some_mail())));
  // RFC 4616: NUL name NUL password.
  const std::string credentials("\0leadspool\0a secret", 19);
  const auto commands = server.commands();
  REQUIRE(std::any_of(commands.begin(), commands.end(),
                      [](const auto& each) { return each.starts_with("tls AUTH PLAIN"); }));
  const auto base64 =
      to_base64({reinterpret_cast<const std::uint8_t*>(credentials.data()), credentials.size()});
  REQUIRE(std::any_of(commands.begin(), commands.end(),
                      [&](const auto& each) { return each.ends_with(base64); }));
}

TEST_CASE("with STARTTLS nothing of the mail, its sender or a password goes in the clear") {
  test::MailServer server({.starttls = true, .auth = true});
  auto to = account(server);
  to.starttls = true;
  to.user = "leadspool";
  to.password = Secret{"a secret"};
  REQUIRE(is_sent(send_mail(to, some_mail())));
  for (const auto& command : server.commands()) {
    REQUIRE((command.starts_with("tls ") || command.starts_with("EHLO") || command == "STARTTLS"));
  }
  REQUIRE(server.mails().size() == 1);
}

TEST_CASE("a server that offers no STARTTLS is told nothing when it is required") {
  test::MailServer server({.auth = true});
  auto to = account(server);
  to.starttls = true;
  to.user = "leadspool";
  to.password = Secret{"a secret"};
  REQUIRE(contains(failure(send_mail(to, some_mail())).detail, "STARTTLS"));
  for (const auto& command : server.commands()) {
    REQUIRE_FALSE((command.starts_with("AUTH") || command.starts_with("MAIL")));
  }
}

TEST_CASE("a certificate that nobody vouches for is refused") {
  const bool implicit = GENERATE(true, false);
  test::MailServer server({.tls = implicit, .starttls = !implicit});
  auto to = account(server);
  to.starttls = true;
  to.ca_file.clear();
  REQUIRE(contains(failure(send_mail(to, some_mail())).detail, "certificate"));
  REQUIRE(server.mails().empty());
}

TEST_CASE("what the server says against a mail is told") {
  MailManners manners;
  std::string words;
  SECTION("the sender") {
    manners.answers = {{"MAIL FROM", "550 5.7.1 you may not send"}};
    words = "550 5.7.1 you may not send";
  }
  SECTION("the only recipient") {
    manners.answers = {{"RCPT TO", "550 5.1.1 no such user"}};
    words = "550 5.1.1 no such user";
  }
  SECTION("the mail") {
    manners.answers = {{"mail", "554 looks like spam"}};
    words = "554 looks like spam";
  }
  test::MailServer server(manners);
  const auto result = failure(send_mail(account(server), some_mail()));
  REQUIRE(contains(result.detail, words));
  REQUIRE(result.answered);
}

TEST_CASE("one recipient that is refused does not keep the mail from the others") {
  test::MailServer server({.answers = {{"RCPT TO:<gone@", "550 5.1.1 gone is gone"}}});
  auto mail = some_mail();
  mail.to = {"gone@contoso.com", "ops@contoso.com"};
  const auto result = send_mail(account(server), mail);
  REQUIRE(is_sent(result));
  REQUIRE(std::get<MailSent>(result).refused == "550 5.1.1 gone is gone");
  REQUIRE(server.mails().size() == 1);
}

TEST_CASE("a wrong password is told as such, without it") {
  test::MailServer server({.tls = true, .auth = true, .answers = {{"AUTH", "535 5.7.8 no"}}});
  auto to = account(server);
  to.user = "leadspool";
  to.password = Secret{"a secret"};
  const auto result = failure(send_mail(to, some_mail()));
  REQUIRE(contains(result.detail, "smtp_password"));
  REQUIRE_FALSE(contains(result.detail, "a secret"));
}

TEST_CASE("a server that falls silent is given up after the time-out") {
  const auto* when = GENERATE("greeting", "EHLO", "RCPT", "mail", "QUIT");
  CAPTURE(when);
  test::MailServer server({.answers = {{when, ""}}});
  auto to = account(server);
  to.total_timeout = std::chrono::milliseconds{300};
  const auto result = send_mail(to, some_mail());
  if (std::string(when) == "QUIT") {
    // The mail was taken before.
    REQUIRE(is_sent(result));
  } else {
    REQUIRE(contains(failure(result).detail, "in time"));
    REQUIRE_FALSE(failure(result).answered);
  }
}

TEST_CASE("a mail that is on its way is given up when its sender is woken") {
  test::MailServer server({.answers = {{"greeting", ""}}});
  WakeSignal wake;
  wake.notify();
  REQUIRE(contains(failure(send_mail(account(server), some_mail(), wake.fd())).detail, "broken off"));
}

TEST_CASE("a mail is given up at whatever the server hangs when its sender is woken") {
  const std::string when = GENERATE("EHLO", "RCPT", "mail", "QUIT");
  CAPTURE(when);
  test::MailServer server({.answers = {{when, ""}}});
  auto to = account(server);
  to.total_timeout = std::chrono::hours{1};
  WakeSignal wake;
  std::thread waker([&] {
    test::wait_until("the server hangs", [&] {
      const auto commands = server.commands();
      return when == "mail" ? !server.mails().empty()
                            : !commands.empty() && commands.back().starts_with(when);
    });
    wake.notify();
  });
  const auto result = send_mail(to, some_mail(), wake.fd());
  waker.join();
  if (when == "QUIT") {
    REQUIRE(is_sent(result));
  } else {
    REQUIRE(contains(failure(result).detail, "broken off"));
  }
}

TEST_CASE("nobody listens: that is a failure like any other") {
  int port = 0;
  {
    const test::RawServer gone([](int, int) {});
    port = gone.port();
  }
  const MailServer to{.url = "smtp://127.0.0.1:" + std::to_string(port), .starttls = false};
  REQUIRE_FALSE(failure(send_mail(to, some_mail())).answered);
}

TEST_CASE("only addresses of mail servers are taken, and openly only loopback ones") {
  REQUIRE(is_mail_server_url("smtps://mail.contoso.com:465"));
  REQUIRE(is_mail_server_url("smtp://mail.contoso.com:587"));
  REQUIRE(is_mail_server_url("smtps://mail.contoso.com"));
  const auto* wrong =
      GENERATE("", "mail.contoso.com", "https://mail.contoso.com", "smtp://u:p@mail.contoso.com",
               "smtp://mail.contoso.com/helo.name", "file:///etc/passwd", "smtp://");
  REQUIRE_FALSE(is_mail_server_url(wrong));

  REQUIRE(may_be_sent_openly("smtp://127.0.0.1:25"));
  REQUIRE(may_be_sent_openly("smtp://localhost"));
  REQUIRE_FALSE(may_be_sent_openly("smtp://mail.contoso.com:587"));
  const MailServer to{.url = "smtp://192.0.2.1:25", .starttls = false};
  REQUIRE(contains(failure(send_mail(to, some_mail())).detail, "loopback"));
}

}  // namespace leadspool::http
