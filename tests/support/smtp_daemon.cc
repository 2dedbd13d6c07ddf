#include "support/smtp_daemon.h"

#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "support/certificate_files.h"

namespace leadspool::test {
namespace {

// Debian's own, which sees Debian's packages whatever stands first in the PATH.
constexpr const char* kPython = "/usr/bin/python3";
constexpr const char* kScript = LEADSPOOL_SOURCE_DIR "/tests/support/smtp_daemon.py";

std::string to_string(SmtpDaemonOptions::Security security) {
  switch (security) {
    case SmtpDaemonOptions::Security::none:
      return "none";
    case SmtpDaemonOptions::Security::starttls:
      return "starttls";
    case SmtpDaemonOptions::Security::smtps:
      return "smtps";
  }
  return {};
}

}  // namespace

SmtpDaemon::SmtpDaemon(const SmtpDaemonOptions& options) {
  write_certificate(folder_);
  std::vector<std::string> command{kPython, kScript, "serve", folder_.path().string(),
                                   to_string(options.security)};
  if (!options.user.empty()) command.insert(command.end(), {options.user, options.password});
  process_ = std::make_unique<Process>(std::move(command));
  process_->wait_for_output("ready");
  std::string port;
  std::ifstream(folder_.file("port")) >> port;
  const bool tls = options.security == SmtpDaemonOptions::Security::smtps;
  url_ = (tls ? "smtps://127.0.0.1:" : "smtp://127.0.0.1:") + port;
}

std::vector<ReceivedMail> SmtpDaemon::mails() const {
  const auto shown = run({kPython, kScript, "show", folder_.path().string()});
  if (shown.code != 0) throw std::runtime_error("the mails cannot be read: " + shown.err);
  std::vector<ReceivedMail> mails;
  for (const auto& each : nlohmann::json::parse(shown.out)) {
    ReceivedMail mail;
    for (const auto& header : each["headers"]) mail.headers.push_back({header[0], header[1]});
    mail.text = each["text"];
    mail.html = each["html"];
    mail.defects = each["defects"].get<std::vector<std::string>>();
    mails.push_back(std::move(mail));
  }
  return mails;
}

}  // namespace leadspool::test
