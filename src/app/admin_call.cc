#include "app/admin_call.h"

#include <chrono>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "admin/admin_api.h"
#include "admin/trial_routes.h"
#include "app/backup_view.h"
#include "app/destination_trials.h"
#include "app/part_options.h"
#include "app/service.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/curl_client.h"
#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/erasures.h"
#include "outbox/given_answers.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"
#include "outbox/store.h"
#include "upkeep/backups.h"
#include "upkeep/keeper.h"

namespace leadspool::app {
namespace {

constexpr std::string_view kPrefix = "/api/v1";
// A page of 500 leads with long texts; the answer comes from this machine and this user.
constexpr std::size_t kLargestAnswer = 256u << 20;
constexpr std::chrono::seconds kPatienceForLife{10};

// Changes nothing, and needs no store, which may not be there yet.
bool is_test(const AdminCall& call) {
  return call.method == "POST" && call.path.size() == 3 && call.path[0] == "destinations" &&
         call.path[2] == "test";
}

std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      encoded += "%" + to_hex({&byte, 1});
    }
  }
  return encoded;
}

std::string target_of(const AdminCall& call) {
  std::string target{kPrefix};
  for (const auto& segment : call.path) target += "/" + percent_encoded(segment);
  char separator = '?';
  for (const auto& [name, value] : call.query) {
    target += separator + percent_encoded(name) + "=" + percent_encoded(value);
    separator = '&';
  }
  return target;
}

http::ClientResult call_socket(const StoreConfig& store, const AdminCall& call, const std::string& target) {
  http::ClientRequest request;
  request.method = call.method;
  request.url = "http://localhost" + target;
  request.body = call.body;
  if (!call.body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.unix_socket = admin_socket(store);
  request.total_timeout = call.patience;
  request.max_answer_bytes = kLargestAnswer;
  std::exception_ptr failure;  // of whom the parts are given to; none must get into the client
  if (call.take_part) {
    request.take_part = [&](std::string_view part) {
      try {
        call.take_part(part);
      } catch (...) {
        failure = std::current_exception();
      }
      return failure == nullptr;
    };
  }
  auto result = http::send_and_wait(std::move(request));
  if (failure) std::rethrow_exception(failure);
  return result;
}

// The doors by which something is changed.
struct ChangingDoors {
  outbox::Corrections* corrections = nullptr;
  outbox::Redrives* redrives = nullptr;
  outbox::Erasures* erasures = nullptr;
  outbox::GivenAnswers* given_answers = nullptr;
  upkeep::Backups* backups = nullptr;
};

admin::ServiceView view_of(const Config& config, const Clock& clock) {
  admin::ServiceView view;
  view.sources = [&config] { return describe_sources(config); };
  view.destinations = [&config] { return describe(config, nullptr); };
  view.new_deliveries = [&config](const Lead& lead) { return new_deliveries(config, lead); };
  view.backups = [&config, &clock] {
    return to_view(upkeep::look_at_backups(backup_rules(config), clock.now()));
  };
  add_destination_trials(view, config.file, clock);
  return view;
}

AdminReply answer(const http::Router& router, const AdminCall& call) {
  http::Request request;
  request.method = call.method;
  request.path = kPrefix;
  for (const auto& segment : call.path) request.path += "/" + segment;
  request.query = call.query;
  request.body = call.body;
  auto response = router.handle(request);
  AdminReply reply{response.status, std::move(response.body)};
  const auto take = [&](const std::string& part) {
    if (call.take_part && reply.is_good()) {
      call.take_part(part);
    } else {
      reply.body += part;
    }
  };
  if (response.next_part) {
    while (const auto part = response.next_part()) take(*part);
  } else if (call.take_part && reply.is_good()) {
    take(std::exchange(reply.body, {}));
  }
  return reply;
}

void refuse_absent_store(const StoreConfig& store) {
  std::error_code failure;
  if (std::filesystem::exists(store.path, failure) || failure) return;
  throw outbox::StoreError("there is no store " + store.path +
                           " yet: `leadspool serve` makes it at its start");
}

AdminReply call_in_process(const Config& config, const AdminCall& call, const ChangingDoors& doors) {
  const SystemClock clock;
  outbox::Reader reader(config.store.path);
  outbox::Overview overview(config.store.path);
  auto view = view_of(config, clock);
  if (doors.backups) add_backups(view, *doors.backups);
  admin::AdminApi api(
      {.access = admin::Access::open, .tokens = {}},
      {reader, overview, doors.corrections, doors.redrives, doors.erasures, doors.given_answers},
      std::move(view), clock);
  http::Router router;
  api.add_routes(router);
  return answer(router, call);
}

AdminReply test_in_process(const Config& config, const AdminCall& call) {
  const SystemClock clock;
  const auto view = view_of(config, clock);
  http::Router router;
  const std::string actor = "cli";
  admin::add_test_route(
      [&](const admin::Route& route, admin::CallHandler handler) {
        router.add(route.method, route.pattern, [&actor, handler = std::move(handler)](const auto& request) {
          return handler({request, actor});
        });
      },
      view);
  return answer(router, call);
}

// What a service was trying when it died is being tried by nobody: the lock proves it, as at the service's
// own start.
void take_back_orphans(outbox::Committer& committer, Random& random, const Clock& clock) {
  outbox::Claims claims(committer, random);
  claims.expire(std::nullopt, {}, clock.now(), [](const auto& result) {
    if (const auto* failure = std::get_if<outbox::Failure>(&result))
      throw outbox::StoreError(failure->detail);
  });
}

AdminReply change_in_process(const Config& config, const AdminCall& call) {
  const SystemClock clock;
  outbox::CommitterOptions options;
  options.path = config.store.path;
  options.own_thread = false;
  outbox::Committer committer(std::move(options));
  SystemRandom random;
  take_back_orphans(committer, random, clock);
  outbox::Corrections corrections(committer, clock);
  outbox::Redrives redrives(
      committer, clock, random,
      outbox::RedriveRules{
          [&](const std::string& destination, const Lead& lead) { return wants(config, destination, lead); },
          [&](const std::string& destination) { return is_configured(config, destination); }});
  outbox::Erasures erasures(committer, clock);
  outbox::GivenAnswers given_answers(committer, clock);
  // There is no service that would do it; and to remove what is old is the service's business alone.
  upkeep::Keeper keeper({}, committer, clock);
  erasures.on_erased([&] { keeper.run_once(); });
  auto rules = backup_rules(config);
  rules.rest = 0;
  upkeep::Backups backups(std::move(rules), committer, clock);
  return call_in_process(config, call, {&corrections, &redrives, &erasures, &given_answers, &backups});
}

}  // namespace

std::optional<AdminReply> ask_service(const StoreConfig& store, const AdminCall& call) {
  auto result = call_socket(store, call, target_of(call));
  if (auto* answer = std::get_if<http::ClientAnswer>(&result)) {
    if (!answer->complete) throw outbox::StoreError("the service's answer was cut off");
    return AdminReply{answer->status, std::move(answer->body)};
  }
  const auto& failure = std::get<http::ClientFailure>(result);
  if (!failure.may_have_been_received()) return std::nullopt;
  const bool is_change = call.method != "GET" && !is_test(call);
  throw outbox::StoreError("the service did not answer: " + failure.detail +
                           (is_change ? "; look whether it was done before you repeat it" : ""));
}

AdminReply call_admin(const Config& config, const AdminCall& call) {
  if (call.method == "GET" || is_test(call)) {
    if (auto reply = ask_service(config.store, call)) return *reply;
    if (is_test(call)) return test_in_process(config, call);
    refuse_absent_store(config.store);
    return call_in_process(config, call, {});
  }
  refuse_absent_store(config.store);
  // Refuses a store of another version before anything is created beside it.
  (void)outbox::stored_schema_version(config.store.path);
  try {
    const outbox::StoreLock lock(config.store.path);
    return change_in_process(config, call);
  } catch (const outbox::StoreLocked& locked) {
    if (auto reply = ask_service(config.store, call)) return *reply;
    throw outbox::StoreError(std::string(locked.what()) + "; it does not answer on " +
                             admin_socket(config.store));
  }
}

ServiceLife service_life(const StoreConfig& store) {
  AdminCall call;
  call.patience = kPatienceForLife;
  const auto result = call_socket(store, call, "/healthz");
  const auto* failure = std::get_if<http::ClientFailure>(&result);
  if (failure == nullptr) return ServiceLife::answering;
  return failure->may_have_been_received() ? ServiceLife::silent : ServiceLife::absent;
}

}  // namespace leadspool::app
