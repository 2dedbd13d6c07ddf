// Leads by mail: the real program and a real mail server, over TLS.
#include "e2e/installation.h"
#include "support/catch.h"
#include "support/sample_leads.h"
#include "support/smtp_daemon.h"

namespace leadspool::test {
namespace {

// The CRM that `leadspool init` has written gives way to a mailbox.
void deliver_by_mail(const Installation& leadspool, const SmtpDaemon& server) {
  const std::string config = leadspool.read("leadspool.toml");
  leadspool.write("password.txt", "secret");
  leadspool.write("leadspool.toml",
                  config.substr(0, config.find("[[destination]]")) +
                      "[[destination]]\nname = \"sales\"\ntype = \"email\"\nsmtp_url = \"" + server.url() +
                      "\"\nusername = \"leadspool\"\npassword = { file = \"password.txt\" }\n"
                      "from = \"leads@contoso.com\"\nto = [\"sales@contoso.com\"]\n"
                      "ca_file = \"" +
                      server.ca_file() + "\"\nschedule_s = [1]\n");
}

}  // namespace

TEST_CASE("each lead is one readable mail, in text and HTML, and answers go to the person") {
  SmtpDaemon server(
      {.security = SmtpDaemonOptions::Security::smtps, .user = "leadspool", .password = "secret"});
  Installation leadspool;
  deliver_by_mail(leadspool, server);
  leadspool.serve();
  REQUIRE(leadspool.leadspool({"destinations", "test", "sales"}).code == 0);
  REQUIRE(server.mails().empty());
  const std::string id = leadspool.accept(sample_lead_body("unicode.json"))["id"];
  Json hostile = Json::parse(sample_lead_body("official.json"));
  hostile["UserDetails"]["LastName"] = "One\r\nBcc: everybody@contoso.com\r\n\r\n<script>";
  (void)leadspool.accept(hostile.dump());
  wait_until("both are delivered", [&] { return leadspool.count("delivered") == 2; });

  const auto mails = server.mails();
  REQUIRE(mails.size() == 2);
  for (const auto& mail : mails) {
    REQUIRE(mail.defects.empty());
    REQUIRE(mail.header("To") == "sales@contoso.com");
    REQUIRE(mail.header("Bcc").empty());
    REQUIRE(mail.html.find("<script>") == std::string::npos);
  }
  const auto& readable = mails[0].header("Message-ID").find(id) != std::string::npos ? mails[0] : mails[1];
  REQUIRE(readable.header("Message-ID").find(id) != std::string::npos);
  REQUIRE(readable.header("Subject").find("株式会社コントソ") != std::string::npos);
  for (const auto* part : {&readable.text, &readable.html}) {
    REQUIRE(part->find("Nguyễn-Müller 🚀") != std::string::npos);
    REQUIRE(part->find("Geschäftsführerin") != std::string::npos);
    REQUIRE(part->find("+84 (0)24 3999 9999") != std::string::npos);
  }
}

TEST_CASE(
    "a mail password that is refused pauses the destination and names itself; mended, the leads arrive") {
  SmtpDaemon server(
      {.security = SmtpDaemonOptions::Security::smtps, .user = "leadspool", .password = "secret"});
  Installation leadspool;
  deliver_by_mail(leadspool, server);
  leadspool.write("password.txt", "wrong");
  leadspool.serve();
  (void)leadspool.accept(sample_lead_body("official.json"));
  const auto destination = [&] { return leadspool.admin_json("/api/v1/destinations")["destinations"][0]; };
  wait_until("it has paused itself", [&] { return destination()["health"] == "misconfigured"; });
  REQUIRE(destination()["reason"].get<std::string>().find("password") != std::string::npos);
  const auto test = leadspool.leadspool({"destinations", "test", "sales"});
  REQUIRE(test.code == 1);
  REQUIRE(test.out.find("password") != std::string::npos);
  leadspool.write("password.txt", "secret");
  (void)leadspool.ask({"destinations", "resume", "sales"});
  wait_until("it is delivered", [&] { return leadspool.count("delivered") == 1; });
  REQUIRE(server.mails().size() == 1);
}

}  // namespace leadspool::test
