#include "simulation/simulated_crm.h"

namespace leadspool::simulation {
namespace {

using http::ClientAnswer;
using http::ClientFailure;
using http::FailurePhase;
using namespace std::chrono_literals;

ClientFailure failure(FailurePhase phase, bool timed_out = false) {
  return {.phase = phase, .timed_out = timed_out, .detail = ""};
}

ClientAnswer answer(int status, std::string body = "{}") {
  return {.status = status, .headers = {}, .body = std::move(body)};
}

std::string with_id(const std::string& id) { return R"({"id":")" + id + R"("})"; }

// Answers as a CRM gives them to certain leads.
ClientAnswer refusal(Oddity oddity) {
  switch (oddity) {
    case Oddity::refused_422:
      return answer(422, R"({"error":{"message":"last name is too odd"},"field":"last_name"})");
    case Oddity::forbidden_403:
      return answer(403, "<html>Request blocked</html>");
    default:
      return answer(500, R"({"message":"something went wrong"})");
  }
}

ClientAnswer garbage(Dice& dice) {
  switch (dice.below(4)) {
    case 0:
      return answer(302, "moved");
    case 1:
      return answer(700, "\x01\xff nonsense");
    case 2:
      return answer(304, "");
    default:
      return answer(405, "[[[[[[[[");
  }
}

}  // namespace

std::string_view to_string(Fault fault) {
  constexpr std::string_view kNames[kFaultCount] = {"none",
                                                    "name unknown",
                                                    "refused",
                                                    "connect time-out",
                                                    "TLS broken",
                                                    "certificate bad",
                                                    "cut while sending",
                                                    "hangs",
                                                    "hangs after storing",
                                                    "answer lost",
                                                    "500",
                                                    "500 after storing",
                                                    "502",
                                                    "503",
                                                    "504",
                                                    "throttles",
                                                    "wrong secret",
                                                    "forbids all",
                                                    "is gone",
                                                    "garbage",
                                                    "slow"};
  return kNames[static_cast<std::size_t>(fault)];
}

bool is_misconfiguration(Fault fault) {
  return fault == Fault::certificate_bad || fault == Fault::wrong_secret || fault == Fault::forbids_all ||
         fault == Fault::is_gone || fault == Fault::garbage;
}

bool may_be_the_leads_doing(Fault fault) {
  return fault == Fault::cut_while_sending || fault == Fault::hangs || fault == Fault::hangs_after_storing ||
         fault == Fault::answer_lost || fault == Fault::error_500 ||
         fault == Fault::error_500_after_storing || fault == Fault::error_502 || fault == Fault::error_504;
}

Treatment SimulatedCrm::treat(Oddity oddity, Milliseconds patience, Dice& dice) const {
  if (trouble_.fault != Fault::none && dice.chance(trouble_.percent)) return misbehave(patience, dice);
  const auto arrives = dice.span(5ms, 200ms);
  const auto answered = arrives + dice.span(5ms, 300ms);
  if (oddity != Oddity::none) return {std::nullopt, answered, refusal(oddity)};
  return {arrives, answered, std::nullopt};
}

Treatment SimulatedCrm::misbehave(Milliseconds patience, Dice& dice) const {
  const auto soon = dice.span(1ms, 400ms);
  const auto says = [&](int status) { return Treatment{std::nullopt, soon, answer(status)}; };
  const auto says_later = [&](int status) {
    auto treatment = says(status);
    if (trouble_.retry_after) {
      std::get<ClientAnswer>(*treatment.answer).headers = {
          {"Retry-After", std::to_string(trouble_.retry_after->count() / 1'000)}};
    }
    return treatment;
  };
  const auto fails = [&](FailurePhase phase) { return Treatment{std::nullopt, soon, failure(phase)}; };
  switch (trouble_.fault) {
    case Fault::name_unknown:
      return fails(FailurePhase::dns);
    case Fault::refused:
      return fails(FailurePhase::connect);
    case Fault::connect_time_out:
      return {std::nullopt, 5s, failure(FailurePhase::connect, true)};
    case Fault::tls_broken:
      return fails(FailurePhase::tls);
    case Fault::certificate_bad:
      return fails(FailurePhase::certificate);
    case Fault::cut_while_sending:
      return fails(FailurePhase::send);
    case Fault::hangs:
      return {std::nullopt, patience, failure(FailurePhase::wait, true)};
    case Fault::hangs_after_storing:
      return {soon, patience, failure(FailurePhase::wait, true)};
    case Fault::answer_lost:
      return {soon, soon + 1ms, failure(FailurePhase::wait)};
    case Fault::error_500:
      return says(500);
    case Fault::error_500_after_storing:
      // Who ignores keys cannot be sent to twice after this, and says nothing by which we could know.
      return keys_ == Keys::ignored ? says(500) : Treatment{soon, soon + 1ms, answer(500)};
    case Fault::error_502:
      return says(502);
    case Fault::error_503:
      return says_later(503);
    case Fault::error_504:
      return says(504);
    case Fault::throttles:
      return says_later(429);
    case Fault::wrong_secret:
      return says(401);
    case Fault::forbids_all:
      return says(403);
    case Fault::is_gone:
      return says(404);
    case Fault::garbage:
      return {std::nullopt, soon, garbage(dice)};
    case Fault::slow:
    case Fault::none:
      break;
  }
  const auto arrives = dice.span(1s, patience - 1s);
  return {arrives, arrives + dice.span(1ms, 900ms), std::nullopt};
}

http::ClientResult SimulatedCrm::take(const std::string& key) {
  Records& found = records_[key];
  const bool is_new = found.count == 0;
  if (is_new) found.first_id = "r-" + std::to_string(records_.size());
  if (is_new || keys_ == Keys::ignored) ++found.count;
  if (!is_new && keys_ == Keys::conflicting) return answer(409, with_id(found.first_id));
  return answer(is_new ? 201 : 200, with_id(found.first_id));
}

int SimulatedCrm::records(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? 0 : found->second.count;
}

std::string SimulatedCrm::record_id(const std::string& key) const {
  const auto found = records_.find(key);
  return found == records_.end() ? std::string{} : found->second.first_id;
}

}  // namespace leadspool::simulation
