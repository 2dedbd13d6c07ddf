// Mails sent by the client that sends everything else: what of a failure is known, and that nobody waits for
// a mail server but its own mail.
#include <set>

#include <sys/socket.h>

#include "http/curl_client.h"
#include "http/mail.h"
#include "support/catch.h"
#include "support/mail_server.h"
#include "support/process.h"
#include "support/raw_server.h"
#include "support/smtp_daemon.h"

namespace leadspool::http {
namespace {

using std::chrono::milliseconds;
using test::MailManners;

Mail some_mail() {
  return {.from = "leadspool@contoso.com",
          .to = {"sales@contoso.com"},
          .subject = "A lead",
          .text = "One line.\n",
          .date = from_unix_ms(1'795'188'600'123),
          .id = "0192f3c1"};
}

// To where TLS is, with it; otherwise without, for both servers are on the loopback interface.
ClientRequest request_to(const std::string& url, const std::string& ca_file, const Mail& mail = some_mail()) {
  ClientRequest request;
  request.url = url;
  request.ca_file = ca_file;
  request.body = to_rfc5322(mail);
  request.mail = MailEnvelope{.from = mail.from, .to = mail.to, .starttls = false};
  return request;
}

ClientRequest request_to(const test::MailServer& server, const Mail& mail = some_mail()) {
  return request_to(server.url(), server.ca_file(), mail);
}

ClientAnswer answer_to(ClientRequest request) {
  auto result = send_and_wait(std::move(request));
  if (const auto* failure = std::get_if<ClientFailure>(&result)) FAIL(failure->detail);
  return std::get<ClientAnswer>(std::move(result));
}

ClientFailure failure_of(ClientRequest request) {
  auto result = send_and_wait(std::move(request));
  REQUIRE(std::holds_alternative<ClientFailure>(result));
  return std::get<ClientFailure>(std::move(result));
}

// Says its lines one after the other, each when something came, and closes after the last.
test::RawServer server_that_says(std::vector<std::string> lines) {
  return test::RawServer([lines](int socket, int) {
    for (const auto& line : lines) {
      test::RawServer::write(socket, line);
      char bytes[8192];
      if (line != lines.back() && recv(socket, bytes, sizeof bytes, 0) <= 0) return;
    }
  });
}

}  // namespace

TEST_CASE("the answer to a mail is the server's last one") {
  test::MailServer server({.answers = {{"mail", "250-2.0.0 taken\r\n250 2.0.0 queued as 4711"}}});
  const auto answer = answer_to(request_to(server));
  REQUIRE(answer.status == 250);
  REQUIRE(answer.body == "2.0.0 taken 2.0.0 queued as 4711");
  REQUIRE_FALSE(answer.refused_at);
  REQUIRE(answer.refused_recipients.empty());
}

TEST_CASE("it is known what a server refuses") {
  struct Row {
    const char* command;
    const char* answer;
    MailStep step;
  };
  const auto row = GENERATE(Row{"EHLO", "554 5.7.1 not from your address", MailStep::greeting},
                            Row{"AUTH", "535 5.7.8 wrong", MailStep::login},
                            Row{"AUTH", "454 4.7.0 later", MailStep::login},
                            Row{"MAIL FROM", "550 5.7.60 not as this one", MailStep::sender},
                            Row{"MAIL FROM", "451 4.3.0 later", MailStep::sender},
                            Row{"RCPT TO", "550 5.1.1 no such user", MailStep::recipients},
                            Row{"RCPT TO", "421 4.4.5 closing", MailStep::recipients},
                            Row{"DATA", "550 5.4.5 daily limit", MailStep::recipients},
                            Row{"mail", "554 5.6.0 cannot be read", MailStep::mail},
                            Row{"mail", "451 4.7.1 later", MailStep::mail});
  CAPTURE(row.command, row.answer);
  MailManners manners{.tls = true, .auth = true, .answers = {{row.command, row.answer}}};
  if (row.step == MailStep::greeting) manners.answers.emplace("HELO", row.answer);
  test::MailServer server(manners);
  auto request = request_to(server);
  request.mail->user = "leadspool";
  request.mail->password = Secret{"a secret"};
  const auto answer = answer_to(std::move(request));
  REQUIRE(answer.refused_at == row.step);
  REQUIRE(answer.status == std::stoi(row.answer));
  REQUIRE(answer.body == std::string(row.answer).substr(4));
}

TEST_CASE("a server that offers no login is not taken for one that needs none") {
  const bool for_a_mail = GENERATE(true, false);
  test::MailServer server;
  auto request = request_to(server);
  if (!for_a_mail) request.body.clear();
  request.mail->user = "leadspool";
  request.mail->password = Secret{"a secret"};
  REQUIRE(answer_to(std::move(request)).refused_at == MailStep::login);
  REQUIRE(server.mails().empty());
}

TEST_CASE("of recipients of whom some are refused, each is told with the server's words") {
  test::MailServer server(
      {.answers = {{"RCPT TO:<gone@", "550 5.1.1 gone"}, {"RCPT TO:<full@", "452 4.2.2 full"}}});
  auto mail = some_mail();
  SECTION("and the others get the mail") {
    mail.to = {"gone@contoso.com", "sales@contoso.com", "full@contoso.com"};
    const auto answer = answer_to(request_to(server, mail));
    REQUIRE(answer.status == 250);
    REQUIRE(answer.refused_recipients.size() == 2);
    REQUIRE(answer.refused_recipients[0].address == "gone@contoso.com");
    REQUIRE(answer.refused_recipients[1].status == 452);
    REQUIRE(answer.refused_recipients[1].words == "4.2.2 full");
    REQUIRE(server.mails().size() == 1);
  }
  SECTION("and if there are no others, the refusal that may pass counts") {
    mail.to = {"gone@contoso.com", "full@contoso.com"};
    const auto answer = answer_to(request_to(server, mail));
    REQUIRE(answer.refused_at == MailStep::recipients);
    REQUIRE(answer.status == 452);
    REQUIRE(server.mails().empty());
  }
}

TEST_CASE("an empty mail is a login, and a goodbye") {
  test::MailServer server({.tls = true, .auth = true});
  auto request = request_to(server);
  request.body.clear();
  request.mail->user = "leadspool";
  request.mail->password = Secret{"a secret"};
  const auto answer = answer_to(std::move(request));
  REQUIRE(answer.status == 235);
  REQUIRE_FALSE(answer.refused_at);
  test::wait_until("the goodbye was heard", [&] { return server.commands().back() == "tls QUIT"; });
  for (const auto& command : server.commands()) REQUIRE_FALSE(command.starts_with("tls MAIL"));
}

TEST_CASE("only a mail whose end was sent may have been taken") {
  const std::string greeting = "220 mail.contoso.com\r\n";
  const std::string good = "250 good\r\n";
  SECTION("closed before a greeting") {
    const auto server = server_that_says({""});
    const auto failure = failure_of(request_to("smtp://127.0.0.1:" + std::to_string(server.port()), ""));
    REQUIRE(failure.phase == FailurePhase::connect);
  }
  SECTION("closed at a command") {
    const auto server = server_that_says({greeting, good, good, ""});
    const auto failure = failure_of(request_to("smtp://127.0.0.1:" + std::to_string(server.port()), ""));
    REQUIRE(failure.phase == FailurePhase::send);
    REQUIRE(failure.detail == "the connection broke before the mail server answered to RCPT TO");
  }
  SECTION("closed while the mail is sent") {
    const auto server = server_that_says({greeting, good, good, good, "354 go on\r\n", ""});
    auto request = request_to("smtp://127.0.0.1:" + std::to_string(server.port()), "");
    request.body.append(20'000'000, 'x');
    const auto failure = failure_of(std::move(request));
    REQUIRE(failure.phase == FailurePhase::send);
  }
  SECTION("closed after the mail") {
    const auto server = server_that_says({greeting, good, good, good, "354 go on\r\n", ""});
    const auto failure = failure_of(request_to("smtp://127.0.0.1:" + std::to_string(server.port()), ""));
    REQUIRE(failure.phase == FailurePhase::wait);
    REQUIRE_FALSE(failure.timed_out);
  }
  SECTION("nonsense after the mail") {
    const auto server = server_that_says({greeting, good, good, good, "354 go on\r\n", "yes\r\n"});
    const auto failure = failure_of(request_to("smtp://127.0.0.1:" + std::to_string(server.port()), ""));
    REQUIRE(failure.phase == FailurePhase::wait);
    REQUIRE(failure.detail == "the mail server gave a strange answer: yes");
  }
  SECTION("an answer before the end of the mail") {
    const auto server = server_that_says({greeting, good, good, good, "354 go on\r\n552 too long\r\n"});
    auto request = request_to("smtp://127.0.0.1:" + std::to_string(server.port()), "");
    request.body.append(20'000'000, 'x');
    const auto answer = answer_to(std::move(request));
    REQUIRE(answer.refused_at == MailStep::mail);
    REQUIRE(answer.status == 552);
  }
}

TEST_CASE("a mail server that falls silent times its own mail out, and it is known how far that had come") {
  struct Row {
    const char* when;
    FailurePhase phase;
  };
  const auto row = GENERATE(Row{"greeting", FailurePhase::connect}, Row{"AUTH", FailurePhase::connect},
                            Row{"MAIL", FailurePhase::send}, Row{"DATA", FailurePhase::send},
                            Row{"mail", FailurePhase::wait});
  CAPTURE(row.when);
  test::MailServer server({.tls = true, .auth = true, .answers = {{row.when, ""}}});
  auto request = request_to(server);
  request.mail->user = "leadspool";
  request.mail->password = Secret{"a secret"};
  request.total_timeout = milliseconds{300};
  const auto failure = failure_of(std::move(request));
  REQUIRE(failure.timed_out);
  REQUIRE(failure.phase == row.phase);
}

TEST_CASE("nothing waits for a mail server but its own mail") {
  const auto* when = GENERATE("greeting", "EHLO", "MAIL", "mail", "QUIT");
  CAPTURE(when);
  test::MailServer hanging({.answers = {{when, ""}}});
  test::MailServer working;
  CurlClient client;
  auto patient = request_to(hanging);
  patient.total_timeout = patient.connect_timeout = std::chrono::hours{1};
  bool first_ended = false;
  client.send(patient, [&](ClientResult) { first_ended = true; });
  test::wait_until("the server hangs", [&] {
    client.run(milliseconds{10}, -1);
    const auto commands = hanging.commands();
    if (std::string(when) == "greeting") return true;
    if (std::string(when) == "mail") return !hanging.mails().empty();
    return !commands.empty() && commands.back().starts_with(when);
  });
  // Each connects anew, which is when libcurl looks for idle connections to close.
  for (std::size_t sent = 1; sent <= 3; ++sent) {
    bool ended = false;
    client.send(request_to(working), [&](ClientResult) { ended = true; });
    while (!ended) client.run(std::chrono::hours{1}, -1);
    REQUIRE(working.mails().size() == sent);
  }
  REQUIRE(first_ended == (std::string(when) == "QUIT"));
  client.forget_all();
  REQUIRE(client.in_flight() == 0);
}

TEST_CASE("an answer without end ends its own mail, and nobody waits for it") {
  std::string lines;
  for (int i = 0; i < 10'000; ++i) lines += "250-and more\r\n";
  test::RawServer flooding([lines](int socket, int) {
    char bytes[8192];
    for (const auto* answer : {"220 hello\r\n", "250 hello\r\n"}) {
      test::RawServer::write(socket, answer);
      if (recv(socket, bytes, sizeof bytes, 0) <= 0) return;
    }
    while (send(socket, lines.data(), lines.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  const auto failure =
      failure_of(request_to("smtp://127.0.0.1:" + std::to_string(flooding.port()), std::string{}));
  REQUIRE(failure.phase == FailurePhase::send);
  REQUIRE_FALSE(failure.timed_out);
  REQUIRE(failure.detail.find("too many lines") != std::string::npos);
}

TEST_CASE("many mails travel at once") {
  constexpr std::size_t kMails = 40;
  using Security = test::SmtpDaemonOptions::Security;
  const test::SmtpDaemon server({.security = Security::starttls, .user = "leadspool", .password = "right"});
  CurlClient client;
  std::set<std::string> sent;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < kMails; ++i) {
    auto mail = some_mail();
    mail.text = "mail " + std::to_string(i) + "\n" + std::string(20'000, 'x') + "\n";
    sent.insert(mail.text);
    auto request = request_to(server.url(), server.ca_file(), mail);
    request.mail->starttls = true;
    request.mail->user = "leadspool";
    request.mail->password = Secret{"right"};
    request.connect_timeout = request.total_timeout = std::chrono::hours{1};
    client.send(request, [&](ClientResult result) {
      const auto* answer = std::get_if<ClientAnswer>(&result);
      taken += answer != nullptr && answer->status == 250 ? 1 : 0;
    });
  }
  while (client.in_flight() > 0) client.run(std::chrono::hours{1}, -1);
  REQUIRE(taken == kMails);
  const auto mails = server.mails();
  REQUIRE(mails.size() == kMails);
  std::set<std::string> arrived;
  for (const auto& each : mails) arrived.insert(each.text);
  REQUIRE(arrived == sent);
}

TEST_CASE("a mail that is forgotten, or whose client goes, is not called back") {
  test::MailServer server({.answers = {{"mail", ""}}});
  bool called = false;
  {
    CurlClient client;
    client.send(request_to(server), [&](ClientResult) { called = true; });
    test::wait_until("the server hangs", [&] {
      client.run(milliseconds{10}, -1);
      return !server.mails().empty();
    });
    if (GENERATE(true, false)) client.forget_all();
  }
  REQUIRE_FALSE(called);
}

TEST_CASE("a real mail server takes text, HTML and Unicode as they were written") {
  using Security = test::SmtpDaemonOptions::Security;
  const auto security = GENERATE(Security::none, Security::starttls, Security::smtps);
  CAPTURE(static_cast<int>(security));
  const test::SmtpDaemon server({.security = security, .user = "leadspool", .password = "größer ☃"});
  auto mail = some_mail();
  mail.to = {"sales@contoso.com", "boss@contoso.com"};
  mail.reply_to = "jane@fabrikam.com";
  mail.subject = "Jürgen Groß, 北京 and an emoji \U0001F600 in a subject that is longer than a line";
  mail.text = ".\n..dots\nGröße = 5 €\n--=_leadspool\nends in a space \n" + std::string(300, 'x') + "\n";
  mail.html = "<!DOCTYPE html>\n<p>Größe &lt; 5 € \U0001F600</p>\n--=_leadspool--\n";
  auto request = request_to(server.url(), server.ca_file(), mail);
  request.mail->starttls = security == Security::starttls;
  request.mail->user = "leadspool";
  request.mail->password = Secret{"größer ☃"};
  REQUIRE(answer_to(std::move(request)).status == 250);

  const auto mails = server.mails();
  REQUIRE(mails.size() == 1);
  const auto& arrived = mails.front();
  REQUIRE(arrived.defects.empty());
  REQUIRE(arrived.header("Subject") == mail.subject);
  REQUIRE(arrived.header("From") == "leadspool@contoso.com");
  REQUIRE(arrived.header("To") == "sales@contoso.com, boss@contoso.com");
  REQUIRE(arrived.header("Reply-To") == "jane@fabrikam.com");
  REQUIRE(arrived.header("Message-ID") == "<0192f3c1@contoso.com>");
  REQUIRE(arrived.header("X-MailFrom") == "leadspool@contoso.com");
  REQUIRE(arrived.header("X-RcptTo") == "sales@contoso.com, boss@contoso.com");
  REQUIRE(arrived.text == mail.text);
  REQUIRE(arrived.html == mail.html);
}

TEST_CASE("a real mail server refuses a wrong password, and then nothing is sent") {
  using Security = test::SmtpDaemonOptions::Security;
  const test::SmtpDaemon server({.security = Security::smtps, .user = "leadspool", .password = "right"});
  auto request = request_to(server.url(), server.ca_file());
  request.mail->user = "leadspool";
  request.mail->password = Secret{"wrong"};
  const auto answer = answer_to(std::move(request));
  REQUIRE(answer.refused_at == MailStep::login);
  REQUIRE(answer.status == 535);
  REQUIRE(server.mails().empty());
}

}  // namespace leadspool::http
