// A mail server on a loopback port that follows a script: it writes down what it is told, and refuses, falls
// silent or speaks TLS as a test wants.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/tls_context.h"
#include "support/raw_server.h"
#include "support/temporary_folder.h"

namespace leadspool::test {

struct MailManners {
  bool tls = false;       // from the first byte
  bool starttls = false;  // offered
  bool auth = false;      // offered, and each name and password accepted
  // What is answered to commands that begin so, in place of the usual: {"RCPT TO:<gone@", "550 no such
  // user"}. An empty answer is none: the server falls silent.
  std::map<std::string, std::string> answers;
};

class MailServer {
 public:
  explicit MailServer(MailManners manners = {});

  // "smtp://127.0.0.1:12345", or smtps.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string ca_file() const { return folder_.file("certificate.pem"); }

  // Every line but those of mails; what came over TLS begins with "tls ".
  [[nodiscard]] std::vector<std::string> commands() const;
  // As they came, dots at the beginning of a line taken back.
  [[nodiscard]] std::vector<std::string> mails() const;

 private:
  class Conversation;

  [[nodiscard]] std::optional<std::string> answer_to(const std::string& command, bool secure) const;
  void serve(int socket);

  const MailManners manners_;
  TemporaryFolder folder_;
  std::unique_ptr<http::TlsContext> tls_;
  mutable std::mutex mutex_;
  std::vector<std::string> commands_;  // guarded by mutex_
  std::vector<std::string> mails_;     // guarded by mutex_
  RawServer server_;                   // the last: its thread uses all the others
};

}  // namespace leadspool::test
