#include "support/mail_server.h"

#include <openssl/ssl.h>
#include <sys/socket.h>

#include "support/certificate_files.h"

namespace leadspool::test {
namespace {

std::unique_ptr<http::TlsContext> make_tls(const TemporaryFolder& folder) {
  write_certificate(folder);
  return std::make_unique<http::TlsContext>(folder.file("certificate.pem"), folder.file("private_key.pem"));
}

}  // namespace

// Lines over a socket, secured at some point or never.
class MailServer::Conversation {
 public:
  explicit Conversation(int socket) : socket_(socket) {}
  ~Conversation() { SSL_free(session_); }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  bool secure(ssl_ctx_st* context) {
    session_ = SSL_new(context);
    SSL_set_fd(session_, socket_);
    return SSL_accept(session_) == 1;
  }

  [[nodiscard]] bool is_secure() const { return session_ != nullptr; }

  // Without its line break; nullopt at the end.
  std::optional<std::string> read_line() {
    for (;;) {
      const auto end = received_.find("\r\n");
      if (end != std::string::npos) {
        auto line = received_.substr(0, end);
        received_.erase(0, end + 2);
        return line;
      }
      char buffer[4096];
      const auto got = session_ != nullptr ? SSL_read(session_, buffer, sizeof buffer)
                                           : static_cast<int>(recv(socket_, buffer, sizeof buffer, 0));
      if (got <= 0) return std::nullopt;
      received_.append(buffer, static_cast<std::size_t>(got));
    }
  }

  void say(const std::string& text) {
    const auto line = text + "\r\n";
    if (session_ == nullptr) return RawServer::write(socket_, line);
    SSL_write(session_, line.data(), static_cast<int>(line.size()));
  }

  // Up to the lone dot.
  std::string read_mail() {
    std::string mail;
    for (auto line = read_line(); line && *line != "."; line = read_line()) {
      mail += (line->starts_with('.') ? line->substr(1) : *line) + "\r\n";
    }
    return mail;
  }

 private:
  int socket_;
  SSL* session_ = nullptr;
  std::string received_;
};

MailServer::MailServer(MailManners manners)
    : manners_(std::move(manners)),
      tls_(make_tls(folder_)),
      server_([this](int socket, int) { serve(socket); }) {}

std::string MailServer::url() const {
  return (manners_.tls ? "smtps://127.0.0.1:" : "smtp://127.0.0.1:") + std::to_string(server_.port());
}

std::vector<std::string> MailServer::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

std::vector<std::string> MailServer::mails() const {
  const std::lock_guard lock(mutex_);
  return mails_;
}

// nullopt: none.
std::optional<std::string> MailServer::answer_to(const std::string& command, bool secure) const {
  for (const auto& [beginning, answer] : manners_.answers) {
    if (command.starts_with(beginning)) return answer.empty() ? std::nullopt : std::optional{answer};
  }
  if (command.starts_with("EHLO")) {
    return std::string("250-mail.contoso.com\r\n") +
           (manners_.starttls && !secure ? "250-STARTTLS\r\n" : "") +
           (manners_.auth ? "250-AUTH PLAIN\r\n" : "") + "250 HELP";
  }
  if (command.starts_with("AUTH")) return "235 welcome";
  if (command.starts_with("DATA")) return "354 go on";
  if (command.starts_with("QUIT")) return "221 bye";
  if (command.starts_with("STARTTLS")) return "220 begin";
  return "250 good";
}

void MailServer::serve(int socket) {
  Conversation peer(socket);
  if (manners_.tls && !peer.secure(tls_->get())) return;
  const auto greeting = answer_to("greeting", false);
  if (!greeting) return RawServer::wait_for_end(socket);
  peer.say("220 mail.contoso.com");
  while (const auto command = peer.read_line()) {
    {
      const std::lock_guard lock(mutex_);
      commands_.push_back((peer.is_secure() ? "tls " : "") + *command);
    }
    const auto answer = answer_to(*command, peer.is_secure());
    if (!answer) return RawServer::wait_for_end(socket);
    peer.say(*answer);
    if (answer->starts_with("354")) {
      auto mail = peer.read_mail();
      {
        const std::lock_guard lock(mutex_);
        mails_.push_back(std::move(mail));
      }
      const auto taken = answer_to("mail", peer.is_secure());
      if (!taken) return RawServer::wait_for_end(socket);
      peer.say(*taken);
    }
    if (answer->starts_with("220") && *command == "STARTTLS" && !peer.secure(tls_->get())) return;
  }
}

}  // namespace leadspool::test
