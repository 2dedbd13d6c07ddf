#include "connector/webhook_check.h"

#include "connector/crm_answer.h"
#include "connector/outcomes.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

constexpr const char* kAddress = "address";
constexpr const char* kCredentials = "credentials";

TestStep step_of(const http::ClientFailure& failure) {
  const std::string what = outcome_of(failure).detail;
  switch (failure.phase) {
    case http::FailurePhase::bad_url:
      return failed_step(kAddress, what + "; `url` must begin with https:// and name a host", "url");
    case http::FailurePhase::dns:
      return failed_step(kAddress, what + "; is the host in `url` spelt right?", "url");
    case http::FailurePhase::connect:
      return failed_step(kAddress,
                         what + "; are host and port in `url` right, and does a firewall let us out?", "url");
    case http::FailurePhase::certificate:
      return failed_step(kAddress, what, "ca_file");
    case http::FailurePhase::tls:
      return failed_step(kAddress, what + "; does that port of `url` speak TLS?", "url");
    case http::FailurePhase::send:
    case http::FailurePhase::wait:
      break;
  }
  return unknown_step(kAddress, what + "; the host is there, but did not answer an OPTIONS request");
}

// What the answer shows of the address, and then, if that is right, of the credential.
std::vector<TestStep> steps_of(const http::ClientAnswer& answer, const std::string& advice,
                               const std::string& setting) {
  const int status = answer.status;
  const std::string words = read_crm_answer(answer.body).words;
  const std::string said = "an OPTIONS request was answered " + std::to_string(status) +
                           (words.empty() ? std::string{} : ": " + words);
  if (300 <= status && status <= 399) {
    return {failed_step(
        kAddress, said + "; leads do not follow a redirect: put the address that it leads to into `url`",
        "url")};
  }
  if (status == 404 || status == 410) {
    return {failed_step(kAddress, said + "; there is nothing at this path: look at `url`", "url")};
  }
  if (status >= 500 && status != 501) {
    return {
        unknown_step(kAddress, said + "; the host is there, but whether it takes leads is not to be seen")};
  }
  std::vector<TestStep> steps{passed_step(kAddress, said)};
  if (status == 401 || status == 403 || status == 407) {
    const bool has_credential = !setting.empty();
    steps.push_back(failed_step(
        kCredentials,
        said + "; look at " + (has_credential ? advice : "`auth`, for none is set, and at the key in `url`"),
        has_credential ? setting : "auth"));
  } else if (!setting.empty()) {
    steps.push_back(unknown_step(
        kCredentials, "they were not refused, but OPTIONS is often answered without looking at them"));
  }
  return steps;
}

}  // namespace

std::vector<TestStep> webhook_steps(const http::ClientResult& result, const std::string& advice,
                                    const std::string& setting) {
  std::vector<TestStep> steps;
  if (const auto* failure = std::get_if<http::ClientFailure>(&result)) {
    steps.push_back(step_of(*failure));
  } else {
    steps = steps_of(std::get<http::ClientAnswer>(result), advice, setting);
  }
  if (steps.back().verdict != TestStep::Verdict::failed) {
    steps.push_back(unknown_step("lead",
                                 "a webhook cannot be asked whether it takes a lead without sending one: "
                                 "send a test lead with `leadspool send`"));
  }
  return steps;
}

}  // namespace leadspool::connector
