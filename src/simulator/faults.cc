#include "simulator/faults.h"

#include <chrono>
#include <utility>

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;

// Whoever waits for an answer has long given up by then; the thread is needed for others.
constexpr std::chrono::minutes kLongestHang{10};

Response cut_connection() {
  Response response;
  response.drop_connection = true;
  return response;
}

}  // namespace

Faults::Faults(Fault at_first, Words words, Random& random)
    : words_(std::move(words)), random_(random), fault_(std::move(at_first)) {}

void Faults::add_routes(http::Router& router, const std::string& path) {
  router.add("GET", path + "/faults", [this](const Request&) { return show(); });
  router.add("PUT", path + "/faults", [this](const Request& request) { return change(request); });
}

Answer Faults::strike(FaultPlace at, const Request& request, const std::function<Answer()>& work) {
  const auto [fault, change] = take(at, request.body);
  if (!wait(fault.delay)) return cut_connection();
  switch (fault.mode) {
    case FaultMode::none:
    case FaultMode::delay:
      return work();
    case FaultMode::reset:
      return cut_connection();
    case FaultMode::drop_answer:
      (void)work();
      return cut_connection();
    case FaultMode::hang:
      hang_until_changed(change);
      return cut_connection();
    case FaultMode::refuse:
    case FaultMode::throttle:
    case FaultMode::error:
    case FaultMode::reject:
    case FaultMode::unauthorized:
    case FaultMode::forbid:
    case FaultMode::quota:
      break;
  }
  Response response = words_(fault);
  if (fault.retry_after_s) response.headers.push_back({"Retry-After", std::to_string(*fault.retry_after_s)});
  return response;
}

void Faults::interrupt() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  interrupted_.notify_all();
}

Faults::Struck Faults::take(FaultPlace at, const std::string& body) {
  const std::lock_guard lock(mutex_);
  if (fault_.mode == FaultMode::none && fault_.delay == Milliseconds{0}) return {};
  if (fault_.at != at || body.find(fault_.match) == std::string::npos) return {};
  if (fault_.probability < 1.0 && random_.unit() >= fault_.probability) return {};
  const Struck struck{fault_, changes_};
  if (fault_.count && --*fault_.count == 0) fault_ = Fault{};
  return struck;
}

bool Faults::wait(Milliseconds delay) {
  if (delay == Milliseconds{0}) return true;
  std::unique_lock lock(mutex_);
  return !interrupted_.wait_for(lock, delay, [this] { return stopping_; });
}

void Faults::hang_until_changed(int change) {
  std::unique_lock lock(mutex_);
  interrupted_.wait_for(lock, kLongestHang, [&] { return stopping_ || changes_ != change; });
}

Answer Faults::show() {
  Fault fault;
  {
    const std::lock_guard lock(mutex_);
    fault = fault_;
  }
  if (error_status(fault) != 0) fault.status = words_(fault).status;
  return Response{.body = fault_json(fault)};
}

Answer Faults::change(const Request& request) {
  auto parsed = parse_fault(request.body);
  if (const auto* wrong = std::get_if<FaultError>(&parsed)) {
    return http::Error{.status = 400, .code = "bad_fault", .message = wrong->message};
  }
  {
    const std::lock_guard lock(mutex_);
    fault_ = std::get<Fault>(std::move(parsed));
    ++changes_;
    interrupted_.notify_all();
  }
  return show();
}

}  // namespace leadspool::simulator
