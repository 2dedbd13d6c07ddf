// What is said to a mail server that has let us in: sender, recipients, the mail (RFC 5321). Bytes are
// carried by mail_transfer.h.
//
// One command at a time, the next when the last is answered, so that each refusal is known by its command.
//
// Thread-safety: none. Pure: no sockets, no clock.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/client.h"

namespace leadspool::http {

// An answer of a mail server: one or more lines with the same code.
class MailReply {
 public:
  // Without its line break. True when it was the last of the answer; the next begins another one. A line that
  // is none of an answer is the last of one whose status is 0, and so is one that follows on too many.
  bool add(std::string_view line);

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& words() const { return words_; }
  [[nodiscard]] bool is_refusal() const { return status_ >= 400; }

 private:
  int status_ = 0;
  bool whole_ = true;
  std::size_t lines_ = 0;
  std::string words_;
};

class MailDialogue {
 public:
  // Both outlive the dialogue; there is a mail and a recipient.
  MailDialogue(const MailEnvelope& envelope, std::string_view mail);

  // What is to be said at present, or its rest; empty while the server is to answer, and at the end. Stays
  // where it is until the next line is heard.
  [[nodiscard]] std::string_view to_say() const { return std::string_view(speech_).substr(said_); }
  void said(std::size_t bytes) { said_ += bytes; }

  // A line of the server, without its line break.
  void hear(std::string_view line);

  // Whether answer() or nonsense() tells what came of it.
  [[nodiscard]] bool ended() const { return turn_ == Turn::ended; }
  [[nodiscard]] const std::optional<ClientAnswer>& answer() const { return answer_; }
  // The server said what no mail server says here: "250 hello".
  [[nodiscard]] const std::string& nonsense() const { return nonsense_; }

  // `wait` once the end of the mail may have reached the server, `send` before.
  [[nodiscard]] FailurePhase phase() const;

  // What the server is told at present: "DATA".
  [[nodiscard]] std::string_view command() const;

 private:
  enum class Turn { sender, recipient, data, mail, ended };

  void say(std::string text);
  void go_on();
  void take_recipients_answer();
  void end(std::optional<MailStep> refused_at, const RefusedRecipient& last);
  void end_in_nonsense();
  [[nodiscard]] const std::string& recipient() const { return envelope_.to[next_recipient_]; }

  const MailEnvelope& envelope_;
  const std::string_view mail_;
  Turn turn_ = Turn::sender;
  bool mail_begun_ = false;
  std::string speech_;
  std::size_t said_ = 0;
  MailReply reply_;
  std::size_t next_recipient_ = 0;
  std::vector<RefusedRecipient> refused_;
  std::optional<ClientAnswer> answer_;
  std::string nonsense_;
};

}  // namespace leadspool::http
