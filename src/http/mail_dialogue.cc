#include "http/mail_dialogue.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/check.h"

namespace leadspool::http {
namespace {

constexpr std::size_t kLongestWords = 1'000;  // bytes
constexpr std::size_t kMostLines = 1'000;     // of one answer: else one without end would be heard for ever
constexpr std::string_view kEnd = ".\r\n";
constexpr int kGoOn = 354;     // to DATA
constexpr int kClosing = 421;  // to anything

bool is_digit(char c) { return '0' <= c && c <= '9'; }
bool is_consent(int status) { return 200 <= status && status <= 299; }

// The mail as DATA has it: a dot before each that begins a line, and a lone one at the end.
std::string as_data(std::string_view mail) {
  std::string data;
  bool line_begins = true;
  for (const char c : mail) {
    if (line_begins && c == '.') data += '.';
    data += c;
    line_begins = c == '\n';
  }
  if (!line_begins) data += "\r\n";
  return data.append(kEnd);
}

}  // namespace

bool MailReply::add(std::string_view line) {
  if (whole_) {
    status_ = 0;
    lines_ = 0;
    words_.clear();
  }
  whole_ = true;
  if (++lines_ > kMostLines) {
    status_ = 0;
    words_ = "an answer of too many lines";
    return true;
  }
  const bool has_code = line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit);
  if (!has_code || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
    status_ = 0;
    words_ = line.substr(0, kLongestWords);
    return true;
  }
  whole_ = line.size() == 3 || line[3] == ' ';
  status_ = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (line.size() > 4) {
    if (!words_.empty()) words_ += ' ';
    words_ += line.substr(4);
    words_.resize(std::min(words_.size(), kLongestWords));
  }
  std::replace_if(
      words_.begin(), words_.end(), [](char c) { return static_cast<std::uint8_t>(c) < 32 || c == 127; },
      ' ');
  return whole_;
}

MailDialogue::MailDialogue(const MailEnvelope& envelope, std::string_view mail)
    : envelope_(envelope), mail_(mail) {
  CHECK(!mail_.empty() && !envelope_.to.empty());
  say("MAIL FROM:<" + envelope_.from + ">\r\n");
}

void MailDialogue::say(std::string text) {
  speech_ = std::move(text);
  said_ = 0;
}

void MailDialogue::hear(std::string_view line) {
  if (ended() || !reply_.add(line)) return;
  const bool out_of_turn = !to_say().empty() && !reply_.is_refusal();
  if (reply_.status() == 0 || out_of_turn) return end_in_nonsense();
  go_on();
}

void MailDialogue::go_on() {
  const RefusedRecipient said{"", reply_.status(), reply_.words()};
  switch (turn_) {
    case Turn::sender:
      if (reply_.is_refusal()) return end(MailStep::sender, said);
      if (!is_consent(said.status)) return end_in_nonsense();
      turn_ = Turn::recipient;
      return say("RCPT TO:<" + recipient() + ">\r\n");
    case Turn::recipient:
      if (said.status == kClosing) return end(MailStep::recipients, said);
      if (!reply_.is_refusal() && !is_consent(said.status)) return end_in_nonsense();
      return take_recipients_answer();
    case Turn::data:
      // It has not seen the mail: it can only mind to whom it goes.
      if (reply_.is_refusal()) return end(MailStep::recipients, said);
      if (said.status != kGoOn) return end_in_nonsense();
      turn_ = Turn::mail;
      mail_begun_ = true;
      return say(as_data(mail_));
    case Turn::mail:
      if (reply_.is_refusal()) return end(MailStep::mail, said);
      if (!is_consent(said.status)) return end_in_nonsense();
      return end(std::nullopt, said);
    case Turn::ended:
      break;
  }
}

void MailDialogue::take_recipients_answer() {
  if (reply_.is_refusal()) refused_.push_back({recipient(), reply_.status(), reply_.words()});
  if (++next_recipient_ < envelope_.to.size()) return say("RCPT TO:<" + recipient() + ">\r\n");
  if (refused_.size() == envelope_.to.size()) {
    // Whoever may be taken later decides: 4xx is less than 5xx.
    const auto mildest = std::min_element(refused_.begin(), refused_.end(),
                                          [](const auto& a, const auto& b) { return a.status < b.status; });
    return end(MailStep::recipients, *mildest);
  }
  turn_ = Turn::data;
  say("DATA\r\n");
}

void MailDialogue::end(std::optional<MailStep> refused_at, const RefusedRecipient& last) {
  turn_ = Turn::ended;
  answer_.emplace();
  answer_->status = last.status;
  answer_->body = last.words;
  answer_->refused_at = refused_at;
  if (!refused_at) answer_->refused_recipients = std::move(refused_);
}

void MailDialogue::end_in_nonsense() {
  nonsense_ = reply_.status() == 0 ? reply_.words() : std::to_string(reply_.status()) + " " + reply_.words();
  turn_ = Turn::ended;
}

FailurePhase MailDialogue::phase() const {
  const bool end_said = speech_.size() >= kEnd.size() && said_ > speech_.size() - kEnd.size();
  return mail_begun_ && end_said ? FailurePhase::wait : FailurePhase::send;
}

std::string_view MailDialogue::command() const {
  switch (turn_) {
    case Turn::sender:
      return "MAIL FROM";
    case Turn::recipient:
      return "RCPT TO";
    case Turn::data:
      return "DATA";
    case Turn::mail:
    case Turn::ended:
      break;
  }
  return "the mail";
}

}  // namespace leadspool::http
