#include "simulator/fault.h"

#include <array>

#include <nlohmann/json.hpp>

namespace leadspool::simulator {
namespace {

using Json = nlohmann::ordered_json;

struct ModeRow {
  FaultMode mode;
  std::string_view name;
  int status;  // 0: the mode does not answer with an error
};

constexpr std::array<ModeRow, 12> kModes{{
    {FaultMode::none, "none", 0},
    {FaultMode::refuse, "refuse", 503},
    {FaultMode::delay, "delay", 0},
    {FaultMode::throttle, "throttle", 429},
    {FaultMode::error, "error", 500},
    {FaultMode::reset, "reset", 0},
    {FaultMode::drop_answer, "drop_answer", 0},
    {FaultMode::reject, "reject", 422},
    {FaultMode::unauthorized, "unauthorized", 401},
    {FaultMode::forbid, "forbid", 403},
    {FaultMode::hang, "hang", 0},
    {FaultMode::quota, "quota", 429},
}};

constexpr Milliseconds kUsualDelay{1'000};
constexpr int kLongestDelayMs = 600'000;
constexpr int kLongestRetryAfterS = 86'400;
constexpr int kMostRequests = 1'000'000'000;

const ModeRow& row_of(FaultMode mode) {
  for (const auto& row : kModes) {
    if (row.mode == mode) return row;
  }
  return kModes.front();
}

// Reads a member that is a whole number between two others into `target`; false when it is something else.
template <typename Target>
bool read_number(const Json& value, int least, int most, Target& target) {
  if (!value.is_number_integer()) return false;
  const auto number = value.get<std::int64_t>();
  if (number < least || number > most) return false;
  target = Target{static_cast<int>(number)};
  return true;
}

bool read_mode(const Json& value, FaultMode& mode) {
  for (const auto& row : kModes) {
    if (value == row.name) {
      mode = row.mode;
      return true;
    }
  }
  return false;
}

bool read_place(const Json& value, FaultPlace& place) {
  if (value != "records" && value != "token") return false;
  place = value == "token" ? FaultPlace::token : FaultPlace::records;
  return true;
}

bool read_probability(const Json& value, double& probability) {
  if (!value.is_number()) return false;
  probability = value.get<double>();
  return 0.0 <= probability && probability <= 1.0;
}

bool read_match(const Json& value, std::string& match) {
  if (!value.is_string()) return false;
  match = value.get<std::string>();
  return !match.empty();
}

// What is wrong with a member, as "must be ..."; empty when it was taken into `fault`.
std::string read_member(const std::string& name, const Json& value, Fault& fault) {
  if (name == "mode") {
    if (read_mode(value, fault.mode)) return {};
    return "must be one of " + mode_names(", ");
  }
  if (name == "delay_ms") {
    return read_number(value, 0, kLongestDelayMs, fault.delay) ? ""
                                                               : "must be a whole number from 0 to 600000";
  }
  if (name == "retry_after_s") {
    return read_number(value, 0, kLongestRetryAfterS, fault.retry_after_s)
               ? ""
               : "must be a whole number from 0 to 86400";
  }
  if (name == "status") {
    return read_number(value, 300, 599, fault.status) ? "" : "must be a whole number from 300 to 599";
  }
  if (name == "count") {
    return read_number(value, 1, kMostRequests, fault.count) ? "" : "must be a whole number from 1";
  }
  if (name == "probability") {
    return read_probability(value, fault.probability) ? "" : "must be a number from 0 to 1";
  }
  if (name == "at") return read_place(value, fault.at) ? "" : "must be records or token";
  if (name == "match") return read_match(value, fault.match) ? "" : "must be a text that is not empty";
  return "is unknown; known are mode, delay_ms, retry_after_s, status, count, probability, at, match";
}

}  // namespace

std::string_view to_string(FaultMode mode) { return row_of(mode).name; }

std::string mode_names(std::string_view separator) {
  std::string names;
  for (const auto& row : kModes) {
    if (!names.empty()) names += separator;
    names += row.name;
  }
  return names;
}

int error_status(const Fault& fault) {
  const int usual = row_of(fault.mode).status;
  return usual == 0 ? 0 : fault.status.value_or(usual);
}

std::variant<Fault, FaultError> parse_fault(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object())
    return FaultError{"a fault is a JSON object like {\"mode\":\"throttle\",\"count\":3}"};
  if (!json.contains("mode")) return FaultError{"\"mode\" is missing"};

  Fault fault;
  for (const auto& [name, value] : json.items()) {
    if (value.is_null() && name != "mode") continue;
    const std::string wrong = read_member(name, value, fault);
    if (!wrong.empty()) return FaultError{"\"" + name + "\" " + wrong};
  }
  if (fault.status && error_status(fault) == 0) {
    return FaultError{"\"status\" has no meaning with mode " + std::string(to_string(fault.mode))};
  }
  if (fault.mode == FaultMode::delay && !json.contains("delay_ms")) fault.delay = kUsualDelay;
  if (fault.mode == FaultMode::throttle && !fault.retry_after_s) fault.retry_after_s = 1;
  return fault;
}

std::string fault_json(const Fault& fault) {
  const auto or_null = [](const std::optional<int>& number) {
    return number ? Json(*number) : Json(nullptr);
  };
  const int status = error_status(fault);
  return Json{{"mode", to_string(fault.mode)},
              {"delay_ms", fault.delay.count()},
              {"retry_after_s", or_null(fault.retry_after_s)},
              {"status", status == 0 ? Json(nullptr) : Json(status)},
              {"count", or_null(fault.count)},
              {"probability", fault.probability},
              {"at", fault.at == FaultPlace::token ? "token" : "records"},
              {"match", fault.match.empty() ? Json(nullptr) : Json(fault.match)}}
      .dump();
}

}  // namespace leadspool::simulator
