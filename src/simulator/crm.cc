#include "simulator/crm.h"

#include <charconv>
#include <limits>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Error;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

// Deeper bodies are no leads, and writing JSON costs stack by depth.
constexpr int kMaxDepth = 64;

// Whoever waits for an answer has long given up by then; the thread is needed for others.
constexpr std::chrono::minutes kLongestHang{10};

constexpr std::string_view kHowToUse =
    "leadspool's simulated CRM: it keeps leads in memory and fails when told to.\n"
    "\n"
    "  POST   /leads          a lead as JSON; its key is the header Idempotency-Key or webhook-id, or "
    "\"id\"\n"
    "  GET    /leads?limit=   what it holds, newest last\n"
    "  GET    /leads/{key}    one record\n"
    "  DELETE /leads          forget all\n"
    "  GET    /faults         what it does wrong at present\n"
    "  PUT    /faults         change that, for POST /leads only:\n"
    "\n"
    "    {\"mode\": \"error\", \"delay_ms\": 0, \"retry_after_s\": 1, \"status\": 500, \"count\": 3,\n"
    "     \"probability\": 0.5, \"match\": \"Contoso\"}\n"
    "\n"
    "  Only mode is required; count is how often it strikes before all is well again; match: only leads\n"
    "  whose body contains that text. The modes:\n"
    "\n"
    "    ";

Response answer(int status, std::string body, std::string content_type = "application/json") {
  return Response{status, std::move(content_type), std::move(body), {}, false};
}

Response cut_connection() {
  Response response;
  response.drop_connection = true;
  return response;
}

Error make_error(int status, std::string code, std::string message) {
  return Error{status, std::move(code), std::move(message), {}, {}, {}};
}

Error struck_by(const Fault& fault) {
  Error error = make_error(error_status(fault), "simulated_" + std::string(to_string(fault.mode)),
                           "this CRM was told to answer so (PUT /faults)");
  if (fault.retry_after_s) error.headers.push_back({"Retry-After", std::to_string(*fault.retry_after_s)});
  return error;
}

Error missing_field(const std::string& field) {
  Error error = make_error(422, "missing_field", "missing required field " + field);
  error.details.emplace_back("field", field);
  return error;
}

bool is_blank(const Json& lead, const std::string& field) {
  const auto found = lead.find(field);
  if (found == lead.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  return found->get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
}

std::string find_key(const Request& request, const Json& lead) {
  for (const auto name : {"Idempotency-Key", "webhook-id"}) {
    if (const auto key = request.header(name); !key.empty()) return std::string(key);
  }
  const auto id = lead.find("id");
  if (id == lead.end()) return {};
  if (id->is_string()) return id->get<std::string>();
  return id->is_number_integer() ? id->dump() : std::string();
}

// No object unless `body` is JSON of a bearable depth.
Json parse_lead(const std::string& body) {
  bool too_deep = false;
  const auto watch_depth = [&](int depth, Json::parse_event_t, Json&) {
    too_deep |= depth > kMaxDepth;
    return !too_deep;
  };
  Json lead = Json::parse(body, watch_depth, false);
  return too_deep ? Json() : lead;
}

Json taken(const std::string& id, const std::string& key) { return Json{{"id", id}, {"key", key}}; }

std::optional<std::size_t> parse_limit(std::string_view text) {
  std::size_t limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (error != std::errc{} || end != text.data() + text.size() || limit == 0) return std::nullopt;
  return limit;
}

Json record_json(const Record& record) {
  return Json{{"id", record.id},
              {"key", record.key},
              {"received_at", to_rfc3339(record.received_at)},
              {"times_received", record.times_received},
              {"lead", Json::parse(record.lead_json)}};
}

}  // namespace

Crm::Crm(CrmOptions options, const Clock& clock, Random& random)
    : options_(std::move(options)), clock_(clock), random_(random), fault_(options_.fault) {}

void Crm::add_routes(http::Router& router) {
  router.add("GET", "/", [](const Request&) {
    return answer(200, std::string(kHowToUse) + mode_names(" ") + "\n", "text/plain; charset=utf-8");
  });
  router.add("POST", "/leads", [this](const Request& request) { return receive(request); });
  router.add("GET", "/leads", [this](const Request& request) { return list(request); });
  router.add("DELETE", "/leads", [this](const Request&) { return clear(); });
  router.add("GET", "/leads/{key}",
             [this](const Request& request) { return show(request.path_value("key")); });
  router.add("GET", "/faults", [this](const Request&) {
    const std::lock_guard lock(mutex_);
    return answer(200, fault_json(fault_));
  });
  router.add("PUT", "/faults", [this](const Request& request) { return change_fault(request); });
}

void Crm::interrupt() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  interrupted_.notify_all();
}

Answer Crm::receive(const Request& request) {
  const auto [fault, change] = take_fault(request.body);
  if (!wait(fault.delay)) return cut_connection();
  switch (fault.mode) {
    case FaultMode::none:
    case FaultMode::delay:
      return store(request);
    case FaultMode::reset:
      return cut_connection();
    case FaultMode::drop_answer:
      (void)store(request);
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
      break;
  }
  return struck_by(fault);
}

Crm::Struck Crm::take_fault(const std::string& body) {
  const std::lock_guard lock(mutex_);
  if (fault_.mode == FaultMode::none && fault_.delay == Milliseconds{0}) return {};
  if (body.find(fault_.match) == std::string::npos) return {};
  if (fault_.probability < 1.0 && random_.unit() >= fault_.probability) return {};
  const Struck struck{fault_, changes_};
  if (fault_.count && --*fault_.count == 0) fault_ = Fault{};
  return struck;
}

bool Crm::wait(Milliseconds delay) {
  if (delay == Milliseconds{0}) return true;
  std::unique_lock lock(mutex_);
  return !interrupted_.wait_for(lock, delay, [this] { return stopping_; });
}

void Crm::hang_until_changed(int change) {
  std::unique_lock lock(mutex_);
  interrupted_.wait_for(lock, kLongestHang, [&] { return stopping_ || changes_ != change; });
}

Answer Crm::store(const Request& request) {
  const Json lead = parse_lead(request.body);
  if (!lead.is_object()) return make_error(400, "not_a_lead", "the body must be a JSON object");
  const std::string key = find_key(request, lead);
  if (key.empty()) {
    return make_error(400, "no_key",
                      "a lead needs a key: the header Idempotency-Key or webhook-id, or \"id\" in the body");
  }

  const std::lock_guard lock(mutex_);
  if (const auto known = place_by_key_.find(key); known != place_by_key_.end()) {
    Record& record = records_[known->second];
    ++record.times_received;
    return answer(200, taken(record.id, key).dump());
  }
  for (const auto& field : options_.required_fields) {
    if (is_blank(lead, field)) return missing_field(field);
  }
  Record record{.id = "crm-" + to_hex(sha256(key)).substr(0, 16),
                .key = key,
                .received_at = clock_.now(),
                .lead_json = request.body};
  place_by_key_[key] = records_.size();
  records_.push_back(record);
  return answer(201, taken(record.id, key).dump());
}

Answer Crm::list(const Request& request) {
  std::size_t limit = std::numeric_limits<std::size_t>::max();
  for (const auto& [name, value] : request.query) {
    const auto number = name == "limit" ? parse_limit(value) : std::nullopt;
    if (!number) {
      return make_error(400, "bad_parameter", "the only query parameter is limit, a whole number from 1");
    }
    limit = *number;
  }
  const std::lock_guard lock(mutex_);
  Json shown = Json::array();
  const std::size_t skipped = records_.size() > limit ? records_.size() - limit : 0;
  for (std::size_t i = skipped; i < records_.size(); ++i) shown.push_back(record_json(records_[i]));
  return answer(200, Json{{"count", records_.size()}, {"records", std::move(shown)}}.dump());
}

Answer Crm::show(std::string_view key) {
  const std::lock_guard lock(mutex_);
  const auto known = place_by_key_.find(std::string(key));
  if (known == place_by_key_.end())
    return make_error(404, "no_such_record", "there is no record with this key");
  return answer(200, record_json(records_[known->second]).dump());
}

Answer Crm::clear() {
  const std::lock_guard lock(mutex_);
  const std::size_t removed = records_.size();
  records_.clear();
  place_by_key_.clear();
  return answer(200, Json{{"removed", removed}}.dump());
}

Answer Crm::change_fault(const Request& request) {
  auto parsed = parse_fault(request.body);
  if (const auto* wrong = std::get_if<FaultError>(&parsed))
    return make_error(400, "bad_fault", wrong->message);
  const std::lock_guard lock(mutex_);
  fault_ = std::get<Fault>(parsed);
  ++changes_;
  interrupted_.notify_all();
  return answer(200, fault_json(fault_));
}

}  // namespace leadspool::simulator
