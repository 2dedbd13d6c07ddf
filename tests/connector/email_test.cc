// The e-mail connector: what a lead's mail says, what a mail server's answers mean, and a real server.
#include "connector/email.h"

#include <algorithm>

#include "connector/lead_mail.h"
#include "http/curl_client.h"
#include "support/catch.h"
#include "support/fake_clock.h"
#include "support/scripted_client.h"
#include "support/smtp_daemon.h"

using namespace leadspool;
using connector::classify_email;
using connector::Email;
using connector::EmailOptions;
using connector::TestStep;
using http::ClientAnswer;
using http::ClientFailure;
using http::FailurePhase;
using http::MailStep;

namespace {

const Time kNow = *from_rfc3339("2026-11-21T09:30:00Z");
constexpr std::chrono::milliseconds kNoWait{0};

EmailOptions some_options() {
  EmailOptions options;
  options.smtp_url = "smtps://mail.contoso.com:465";
  options.username = "leadspool";
  options.password = LiveSecret{Secret{"a secret"}};
  options.from = "leadspool@contoso.com";
  options.to = {"sales@contoso.com"};
  options.mapping = connector::email_mapping();
  return options;
}

LeadWithPayload some_lead() {
  LeadWithPayload lead;
  lead.id = *parse_uuid("0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.received_at = *from_rfc3339("2026-11-21T09:29:58.5Z");
  lead.source = "marketplace";
  lead.fields.first_name = "Jane";
  lead.fields.last_name = "Doe";
  lead.fields.email = "jane@fabrikam.com";
  lead.fields.company = "Fabrikam";
  lead.fields.offer_title = "Contoso Backup";
  lead.payload = R"({"UserDetails":{"Budget":"<5 € & more"}})";
  return lead;
}

connector::Mapping mapping_of(const std::vector<std::pair<std::string_view, std::string_view>>& templates) {
  return connector::Mapping::of(templates);
}

http::Mail mail_for(const LeadWithPayload& lead, const EmailOptions& options = some_options()) {
  return connector::lead_mail(lead, options, kNow);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

ClientAnswer refusal(MailStep step, int status, std::string words) {
  ClientAnswer answer;
  answer.status = status;
  answer.body = std::move(words);
  answer.refused_at = step;
  return answer;
}

ClientAnswer taken(std::string words = "2.0.0 queued as 4711") {
  ClientAnswer answer;
  answer.status = 250;
  answer.body = std::move(words);
  return answer;
}

AttemptOutcome classify(const http::ClientResult& result, const EmailOptions& options = some_options()) {
  return classify_email(result, options, some_lead().fields);
}

// Answers each request as `client` is scripted to, to the end.
template <typename T>
T finish(Task<T> task, http::Client& client) {
  task.start();
  while (!task.ended()) client.run(kNoWait, -1);
  return task.result();
}

}  // namespace

TEST_CASE("a lead's mail tells all that is known of it, as text and as HTML") {
  auto lead = some_lead();
  lead.fields.description = "Two lines\r\nof text";
  const auto mail = mail_for(lead);
  REQUIRE(mail.subject == "Lead: Jane Doe, Fabrikam - Contoso Backup");
  REQUIRE(mail.from == "leadspool@contoso.com");
  REQUIRE(mail.to == std::vector<std::string>{"sales@contoso.com"});
  REQUIRE(mail.reply_to == "jane@fabrikam.com");
  REQUIRE(mail.id == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  REQUIRE(http::message_id(mail) == "<0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f@contoso.com>");
  REQUIRE_FALSE(mail.auto_submitted);
  REQUIRE(mail.text ==
          "First name: Jane\n"
          "Last name: Doe\n"
          "Email: jane@fabrikam.com\n"
          "Company: Fabrikam\n"
          "Offer title: Contoso Backup\n"
          "Description: Two lines\n"
          "    of text\n"
          "Received: 2026-11-21T09:29:58.500Z\n"
          "Source: marketplace\n"
          "Lead id: 0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f\n");
  REQUIRE(contains(mail.html, "<th align=\"left\" valign=\"top\">Offer title</th><td>Contoso Backup</td>"));
  REQUIRE(contains(mail.html, "<td>Two lines<br>\nof text</td>"));
  REQUIRE_FALSE(contains(mail.html, "Phone"));
}

TEST_CASE("the subject makes do with what there is") {
  LeadWithPayload lead;
  lead.id = some_lead().id;
  REQUIRE(mail_for(lead).subject == "Lead: 0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  lead.fields.offer_title = "Contoso Backup";
  REQUIRE(mail_for(lead).subject == "Lead: Contoso Backup");
  lead.fields.email = "jane@fabrikam.com";
  REQUIRE(mail_for(lead).subject == "Lead: jane@fabrikam.com - Contoso Backup");
  lead.fields.last_name = "Groß";
  REQUIRE(mail_for(lead).subject == "Lead: Groß - Contoso Backup");
  for (int i = 0; i < 500; ++i) lead.fields.last_name += "ß\r\n";
  const auto subject = mail_for(lead).subject;
  REQUIRE(subject.size() < 200);
  REQUIRE_FALSE(contains(subject, "\n"));
}

TEST_CASE("a test lead and one who is not to be contacted are announced as such") {
  auto lead = some_lead();
  lead.disposition_reason = "the e-mail address is of example.com";
  SECTION("test") {
    lead.disposition = Disposition::test;
    REQUIRE(mail_for(lead).subject == "Test lead: Jane Doe, Fabrikam - Contoso Backup");
    REQUIRE(mail_for(lead).text.starts_with(
        "This is a test lead. (the e-mail address is of example.com)\n\nFirst name: Jane\n"));
  }
  SECTION("do not contact") {
    lead.disposition = Disposition::do_not_contact;
    REQUIRE(mail_for(lead).subject == "Do not contact, lead: Jane Doe, Fabrikam - Contoso Backup");
    REQUIRE(contains(mail_for(lead).html, "<p><strong>This person does not want to be contacted."));
  }
}

TEST_CASE("nothing in a lead gets out of its place in the mail") {
  const std::string attack =
      "x@y.z\r\nBcc: thief@example.com\r\n\r\n--=_leadspool\r\n</td><script>alert(1)</script>\x01\xFF\"'&";
  auto lead = some_lead();
  for (const auto& field : kLeadFields) lead.fields.*field.member = attack;
  lead.source = lead.disposition_reason = attack;
  lead.disposition = GENERATE(Disposition::deliver, Disposition::test);
  const auto mail = mail_for(lead);
  REQUIRE(mail.reply_to.empty());
  REQUIRE(std::none_of(mail.subject.begin(), mail.subject.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 32; }));
  REQUIRE_FALSE(contains(mail.html, "<script"));
  REQUIRE(contains(mail.html, "&lt;script&gt;alert(1)&lt;/script&gt; \xEF\xBF\xBD&quot;&#39;&amp;"));
  const auto text = to_rfc5322(mail);
  REQUIRE_FALSE(contains(text.substr(0, text.find("\r\n\r\n")), "\nBcc:"));
  REQUIRE(std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\r' || c == '\n' ||
           (static_cast<unsigned char>(c) >= 32 && static_cast<unsigned char>(c) < 127);
  }));
  std::size_t boundaries = 0;
  for (auto at = text.find("\r\n--=_leadspool"); at != std::string::npos;
       at = text.find("\r\n--=_leadspool", at + 1)) {
    ++boundaries;
  }
  REQUIRE(boundaries == 3);
}

TEST_CASE("a mapping replaces subject and text, and adds lines") {
  auto options = some_options();
  SECTION("lines") {
    options.mapping = mapping_of({{"Budget", "{{ payload.UserDetails.Budget }}"},
                                  {"sales.region", "{{ country | 'unknown' }}"},
                                  {"Empty", "{{ phone }}"}});
    const auto mail = mail_for(some_lead(), options);
    REQUIRE(contains(mail.text, "First name: Jane\n"));
    REQUIRE(contains(mail.text, "Budget: <5 € & more\nsales.region: unknown\n"));
    REQUIRE_FALSE(contains(mail.text, "Empty"));
    REQUIRE(contains(mail.html, "<td>&lt;5 € &amp; more</td>"));
  }
  SECTION("subject and text") {
    options.mapping = mapping_of({{"subject", "{{ offer_title }} for {{ company }}"},
                                  {"text", "Call {{ first_name }}:\n{{ phone | 'no number' }}"},
                                  {"Budget", "{{ payload.UserDetails.Budget }}"}});
    const auto mail = mail_for(some_lead(), options);
    REQUIRE(mail.subject == "Contoso Backup for Fabrikam");
    REQUIRE(mail.text == "Call Jane:\nno number\n\nBudget: <5 € & more\n");
    REQUIRE(contains(mail.html, "<p>Call Jane:<br>\nno number</p>"));
    REQUIRE_FALSE(contains(mail.html, "First name"));
  }
  SECTION("what comes out empty does not") {
    options.mapping = mapping_of({{"subject", "{{ phone }}"}, {"text", "{{ phone }}"}});
    REQUIRE(mail_for(some_lead(), options).subject == "Lead: Jane Doe, Fabrikam - Contoso Backup");
    REQUIRE(contains(mail_for(some_lead(), options).text, "First name: Jane\n"));
  }
}

TEST_CASE("a mail server's refusals are told apart by what they are about") {
  struct Row {
    MailStep step;
    int status;
    const char* words;
    Outcome outcome;
    bool every_lead;
    bool counts;
  };
  using enum Outcome;
  const auto row = GENERATE(
      Row{MailStep::greeting, 421, "4.7.0 too many connections", unavailable, false, false},
      Row{MailStep::greeting, 554, "5.7.1 your address is blocked", misconfigured, true, false},
      Row{MailStep::login, 535, "5.7.8 Username and Password not accepted", misconfigured, true, false},
      Row{MailStep::login, 534, "5.7.9 Application-specific password required", misconfigured, true, false},
      Row{MailStep::login, 454, "4.7.0 Temporary authentication failure", unavailable, false, false},
      Row{MailStep::login, 250, "the server offers no way to log in", misconfigured, true, false},
      Row{MailStep::sender, 550, "5.7.60 not allowed to send as this sender", misconfigured, true, false},
      Row{MailStep::sender, 530, "5.7.0 Authentication Required", misconfigured, true, false},
      Row{MailStep::sender, 452, "4.3.1 Insufficient system storage", unavailable, false, false},
      Row{MailStep::recipients, 550, "5.1.1 User unknown", misconfigured, true, false},
      Row{MailStep::recipients, 554, "5.7.1 Relay access denied", misconfigured, true, false},
      Row{MailStep::recipients, 450, "4.2.0 Greylisted", unavailable, false, false},
      Row{MailStep::recipients, 550, "5.4.5 Daily user sending limit exceeded", unavailable, false, false},
      Row{MailStep::mail, 550, "5.4.5 Daily user sending limit exceeded", unavailable, false, false},
      Row{MailStep::mail, 550, "5.1.90 reached your daily limit of recipients", unavailable, false, false},
      Row{MailStep::mail, 421, "4.3.2 shutting down", unavailable, false, false},
      Row{MailStep::mail, 451, "4.7.1 the filter failed", unavailable, false, true},
      Row{MailStep::mail, 554, "5.2.252 SendAsDenied", misconfigured, false, false},
      Row{MailStep::mail, 550, "5.7.1 rejected by policy", misconfigured, false, false},
      Row{MailStep::mail, 554, "5.6.0 the content is not to be read", rejected, false, false},
      Row{MailStep::mail, 552, "5.3.4 the mail is too large", rejected, false, false},
      Row{MailStep::mail, 554, "looks like spam", rejected, false, false});
  CAPTURE(row.status, row.words);
  const auto outcome = classify(refusal(row.step, row.status, row.words));
  REQUIRE(outcome.outcome == row.outcome);
  REQUIRE(outcome.concerns_every_lead == row.every_lead);
  REQUIRE(outcome.counts_against_budget == row.counts);
  REQUIRE(outcome.may_be_the_leads_own == (std::string(row.words).starts_with("5.7.1 rejected")));
  REQUIRE(outcome.shows_access == (row.outcome == rejected));
  REQUIRE(contains(outcome.detail, row.words));
  REQUIRE(outcome.http_status == (row.status == 250 ? 0 : row.status));
  REQUIRE(outcome.cause.starts_with("the mail server refused "));
}

TEST_CASE("what is to be changed stands beside the server's words") {
  REQUIRE(classify(refusal(MailStep::login, 535, "5.7.8 no")).detail ==
          "the mail server refused the login: 535 5.7.8 no; look at `username` and `password`");
  REQUIRE(contains(classify(refusal(MailStep::sender, 550, "no")).detail, "`from`"));
  REQUIRE(contains(classify(refusal(MailStep::recipients, 550, "no")).detail, "`to`"));
}

TEST_CASE("the cause of a refused mail names nobody") {
  const auto outcome =
      classify(refusal(MailStep::mail, 554, "5.6.0 jane@fabrikam.com of Fabrikam in <4711@x>"));
  REQUIRE(outcome.cause.starts_with("the mail server refused the mail: 554 5.6.0 <"));
  REQUIRE_FALSE(contains(outcome.cause, "jane"));
  REQUIRE_FALSE(contains(outcome.cause, "Fabrikam"));
}

TEST_CASE("a mail that was taken is delivered, also when not by all recipients") {
  auto answer = taken();
  REQUIRE(classify(answer).outcome == Outcome::delivered);
  REQUIRE(classify(answer).detail == "the mail server took the mail: 250 2.0.0 queued as 4711");
  REQUIRE(classify(answer).cause.empty());
  answer.refused_recipients = {{"gone@contoso.com", 550, "5.1.1 gone"}};
  REQUIRE(classify(answer).outcome == Outcome::delivered);
  REQUIRE(contains(classify(answer).detail, "; but not for gone@contoso.com: 550 5.1.1 gone"));
}

TEST_CASE("only a mail whose end was sent may have arrived") {
  struct Row {
    FailurePhase phase;
    Outcome outcome;
    bool every_lead;
  };
  using enum Outcome;
  const auto row = GENERATE(
      Row{FailurePhase::dns, unavailable, false}, Row{FailurePhase::connect, unavailable, false},
      Row{FailurePhase::tls, unavailable, false}, Row{FailurePhase::certificate, misconfigured, true},
      Row{FailurePhase::send, unavailable, false}, Row{FailurePhase::wait, ambiguous, false});
  const ClientFailure failure{.phase = row.phase, .timed_out = false, .detail = "it broke"};
  auto options = some_options();
  REQUIRE(classify(failure, options).outcome == row.outcome);
  REQUIRE(classify(failure, options).concerns_every_lead == row.every_lead);
  REQUIRE(classify(failure, options).counts_against_budget == (row.outcome == ambiguous));
  REQUIRE(classify(failure, options).safe_to_repeat);
  options.on_ambiguous = connector::WebhookOptions::OnAmbiguous::bury;
  REQUIRE(classify(failure, options).safe_to_repeat == (row.outcome != ambiguous));
}

TEST_CASE("one attempt is one mail, to the configured server") {
  const test::FakeClock clock(kNow);
  Email email(some_options(), clock);
  test::ScriptedClient client;
  client.on_send([](const auto&) { return taken(); });
  const auto lead = some_lead();
  REQUIRE(finish(email.attempt(lead, client), client).outcome == Outcome::delivered);
  REQUIRE(client.requests().size() == 1);
  const auto& request = client.requests().front();
  REQUIRE(request.url == "smtps://mail.contoso.com:465");
  REQUIRE(request.mail);
  REQUIRE(request.mail->from == "leadspool@contoso.com");
  REQUIRE(request.mail->to == std::vector<std::string>{"sales@contoso.com"});
  REQUIRE(request.mail->user == "leadspool");
  REQUIRE(request.mail->password.reveal() == "a secret");
  REQUIRE(request.mail->starttls);
  REQUIRE(request.body == to_rfc5322(mail_for(lead)));
}

TEST_CASE("only to a loopback address a mail goes without TLS") {
  const test::FakeClock clock(kNow);
  auto options = some_options();
  options.smtp_url = GENERATE("smtp://localhost:25", "smtp://mail.contoso.com:587");
  Email email(options, clock);
  test::ScriptedClient client;
  client.on_send([](const auto&) { return taken(); });
  const auto lead = some_lead();
  static_cast<void>(finish(email.attempt(lead, client), client));
  REQUIRE(client.requests().front().mail->starttls == (options.smtp_url != "smtp://localhost:25"));
}

TEST_CASE("a refused password is read again, and tried once if it is another") {
  const test::FakeClock clock(kNow);
  auto options = some_options();
  int readings = 0;
  std::string stored = GENERATE("a secret", "a new one");
  options.password = LiveSecret{Secret{"a secret"}, [&] {
                                  ++readings;
                                  return std::optional{Secret{stored}};
                                }};
  Email email(options, clock);
  test::ScriptedClient client;
  const bool taken_now = GENERATE(true, false);
  client.on_send([&](const http::ClientRequest& request) -> http::ClientResult {
    if (taken_now && request.mail->password.reveal() == "a new one") return taken();
    return refusal(MailStep::login, 535, "5.7.8 no");
  });
  const auto lead = some_lead();
  const auto outcome = finish(email.attempt(lead, client), client);
  const bool is_new = stored == "a new one";
  REQUIRE(outcome.outcome == (is_new && taken_now ? Outcome::delivered : Outcome::misconfigured));
  REQUIRE(client.requests().size() == (is_new ? 2 : 1));
  REQUIRE(readings == 1);
}

TEST_CASE("of two attempts with the old password both are tried with the new one") {
  const test::FakeClock clock(kNow);
  auto options = some_options();
  options.password = LiveSecret{Secret{"old"}, [] { return std::optional{Secret{"new"}}; }};
  Email email(options, clock);
  test::ScriptedClient client;
  const auto lead = some_lead();
  auto first = email.attempt(lead, client);
  auto second = email.attempt(lead, client);
  first.start();
  second.start();
  client.answer(0, refusal(MailStep::login, 535, "5.7.8 no"));
  client.answer(1, refusal(MailStep::login, 535, "5.7.8 no"));
  client.run(kNoWait, -1);
  REQUIRE(client.requests().size() == 4);
  client.answer(2, taken());
  client.answer(3, taken());
  client.run(kNoWait, -1);
  REQUIRE(first.result().outcome == Outcome::delivered);
  REQUIRE(second.result().outcome == Outcome::delivered);
}

TEST_CASE("a preview is the mail that would go out, to be read") {
  const test::FakeClock clock(kNow);
  const Email email(some_options(), clock);
  auto lead = some_lead();
  lead.fields.last_name = "Größe";
  const auto preview = email.preview(lead);
  REQUIRE(preview.method == "MAIL");
  REQUIRE(preview.url == "smtps://mail.contoso.com:465");
  REQUIRE(http::find_header(preview.headers, "Subject") == "Lead: Jane Größe, Fabrikam - Contoso Backup");
  REQUIRE(http::find_header(preview.headers, "To") == "sales@contoso.com");
  REQUIRE(http::find_header(preview.headers, "Reply-To") == "jane@fabrikam.com");
  REQUIRE(http::find_header(preview.headers, "Date") == "Sat, 21 Nov 2026 09:30:00 +0000");
  REQUIRE(http::find_header(preview.headers, "Message-ID") ==
          "<0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f@contoso.com>");
  REQUIRE(preview.body == mail_for(lead).text + "\n" + mail_for(lead).html);
  for (const auto& header : preview.headers) REQUIRE_FALSE(contains(header.value, "a secret"));
}

TEST_CASE("a test logs in without a mail, and names the setting that is wrong") {
  struct Row {
    http::ClientResult result;
    TestStep::Verdict last;
    const char* setting;
  };
  const auto row =
      GENERATE(Row{ClientFailure{.phase = FailurePhase::dns, .timed_out = false, .detail = "no such host"},
                   TestStep::Verdict::failed, "smtp_url"},
               Row{ClientFailure{.phase = FailurePhase::certificate, .timed_out = false, .detail = "unknown"},
                   TestStep::Verdict::failed, "ca_file"},
               Row{ClientFailure{.phase = FailurePhase::tls, .timed_out = false, .detail = "no STARTTLS"},
                   TestStep::Verdict::failed, "smtp_url"},
               Row{refusal(MailStep::greeting, 554, "5.7.1 blocked"), TestStep::Verdict::failed, "smtp_url"},
               Row{refusal(MailStep::greeting, 421, "4.3.2 busy"), TestStep::Verdict::unknown, ""},
               Row{refusal(MailStep::login, 535, "5.7.8 no"), TestStep::Verdict::failed, "password"},
               Row{refusal(MailStep::login, 454, "4.7.0 later"), TestStep::Verdict::unknown, ""},
               Row{taken("2.7.0 welcome"), TestStep::Verdict::unknown, ""});
  const test::FakeClock clock(kNow);
  Email email(some_options(), clock);
  test::ScriptedClient client;
  client.on_send([&](const auto&) { return row.result; });
  const auto steps = finish(email.test(client), client);
  REQUIRE(client.requests().size() == 1);
  REQUIRE(client.requests().front().body.empty());
  REQUIRE_FALSE(steps.empty());
  REQUIRE(steps.back().verdict == row.last);
  REQUIRE(steps.back().setting == row.setting);
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) REQUIRE(steps[i].verdict == TestStep::Verdict::passed);
}

TEST_CASE("a real mail server gets a lead once, and all of it") {
  using Security = test::SmtpDaemonOptions::Security;
  const test::SmtpDaemon server({.security = Security::smtps, .user = "leadspool", .password = "a secret"});
  const test::FakeClock clock(kNow);
  auto options = some_options();
  options.smtp_url = server.url();
  options.ca_file = server.ca_file();
  Email email(options, clock);
  http::CurlClient client;

  const auto run_to_end = [&](auto task) {
    task.start();
    while (!task.ended()) client.run(std::chrono::hours{1}, -1);
    return task.result();
  };
  const auto steps = run_to_end(email.test(client));
  REQUIRE(steps.size() == 3);
  REQUIRE(steps[1].verdict == TestStep::Verdict::passed);

  auto lead = some_lead();
  lead.fields.first_name = "Jürgen";
  lead.fields.last_name = "北京 \U0001F600";
  lead.fields.company = "<b>A&B</b>";
  const auto outcome = run_to_end(email.attempt(lead, client));
  INFO(outcome.detail);
  REQUIRE(outcome.outcome == Outcome::delivered);

  const auto mails = server.mails();
  REQUIRE(mails.size() == 1);
  REQUIRE(mails[0].defects.empty());
  REQUIRE(mails[0].header("Subject") == "Lead: Jürgen 北京 \U0001F600, <b>A&B</b> - Contoso Backup");
  REQUIRE(mails[0].header("Reply-To") == "jane@fabrikam.com");
  REQUIRE(mails[0].header("Message-ID") == "<0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f@contoso.com>");
  REQUIRE(mails[0].text == mail_for(lead, options).text);
  REQUIRE(mails[0].html == mail_for(lead, options).html);
  REQUIRE(contains(mails[0].html, "&lt;b&gt;A&amp;B&lt;/b&gt;"));
}
