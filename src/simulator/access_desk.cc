#include "simulator/access_desk.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/digest.h"

namespace leadspool::simulator {
namespace {

using http::Answer;
using http::Request;
using http::Response;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kLongestLifetimeS = 86'400;

bool read_text(const Json& value, std::string& text) {
  if (!value.is_string()) return false;
  text = value.get<std::string>();
  return true;
}

bool read_flag(const Json& value, bool& flag) {
  if (!value.is_boolean()) return false;
  flag = value.get<bool>();
  return true;
}

bool read_lifetime(const Json& value, std::chrono::seconds& lifetime) {
  if (!value.is_number_integer()) return false;
  const auto seconds = value.get<std::int64_t>();
  if (seconds < 1 || seconds > kLongestLifetimeS) return false;
  lifetime = std::chrono::seconds{seconds};
  return true;
}

bool read_texts(const Json& value, std::vector<std::string>& texts) {
  if (!value.is_array()) return false;
  std::vector<std::string> read(value.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    if (!read_text(value[i], read[i])) return false;
  }
  texts = std::move(read);
  return true;
}

// What is wrong with a member, as "must be ..."; empty when it was taken into `settings`.
std::string read_member(const std::string& name, const Json& value, AccessSettings& settings) {
  if (name == "client_id") return read_text(value, settings.client_id) ? "" : "must be a text";
  if (name == "client_secret") return read_text(value, settings.client_secret) ? "" : "must be a text";
  if (name == "token") return read_text(value, settings.token) ? "" : "must be a text";
  if (name == "token_lifetime_s") {
    return read_lifetime(value, settings.token_lifetime) ? "" : "must be a whole number from 1 to 86400";
  }
  if (name == "may_create") return read_flag(value, settings.may_create) ? "" : "must be true or false";
  if (name == "duplicate_rule") {
    return read_flag(value, settings.duplicate_rule) ? "" : "must be true or false";
  }
  if (name == "fields") return read_texts(value, settings.fields) ? "" : "must be a list of texts";
  return "is unknown; known are client_id, client_secret, token, token_lifetime_s, may_create, "
         "duplicate_rule, fields";
}

http::Error bad_settings(std::string message) {
  return http::Error{.status = 400, .code = "bad_settings", .message = std::move(message)};
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' && text.size() - i > 2 ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte) {
      plain += *byte;
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

}  // namespace

AccessDesk::AccessDesk(AccessSettings at_first, const Clock& clock, Random& random)
    : clock_(clock), random_(random), settings_(std::move(at_first)) {}

void AccessDesk::add_routes(http::Router& router, const std::string& path) {
  router.add("GET", path + "/settings", [this](const Request&) { return show(); });
  router.add("PUT", path + "/settings", [this](const Request& request) { return change(request); });
  router.add("DELETE", path + "/tokens", [this](const Request&) { return refuse_issued(); });
}

AccessDesk::Issued AccessDesk::issue() {
  std::array<std::uint8_t, 24> bytes{};
  random_.fill(bytes);
  const std::string token = "simulated-" + to_base64url(bytes);

  const SteadyTime now = clock_.steady_now();
  const std::lock_guard lock(mutex_);
  std::erase_if(lapses_, [now](const auto& known) { return known.second <= now; });
  lapses_[token] = now + settings_.token_lifetime;
  ++issued_;
  return {token, settings_.token_lifetime};
}

bool AccessDesk::knows(std::string_view token) const {
  const std::lock_guard lock(mutex_);
  const auto known = lapses_.find(token);
  return known != lapses_.end() && clock_.steady_now() < known->second;
}

AccessSettings AccessDesk::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

Answer AccessDesk::show() const {
  const std::lock_guard lock(mutex_);
  return Response{.body = Json{{"client_id", settings_.client_id},
                               {"client_secret", settings_.client_secret},
                               {"token", settings_.token},
                               {"token_lifetime_s", settings_.token_lifetime.count()},
                               {"tokens_issued", issued_},
                               {"may_create", settings_.may_create},
                               {"duplicate_rule", settings_.duplicate_rule},
                               {"fields", settings_.fields}}
                              .dump()};
}

Answer AccessDesk::change(const Request& request) {
  const Json wanted = Json::parse(request.body, nullptr, false);
  if (!wanted.is_object()) return bad_settings("settings are a JSON object like {\"token_lifetime_s\":60}");
  {
    const std::lock_guard lock(mutex_);
    AccessSettings settings = settings_;
    for (const auto& [name, value] : wanted.items()) {
      const std::string wrong = read_member(name, value, settings);
      if (!wrong.empty()) return bad_settings("\"" + name + "\" " + wrong);
    }
    settings_ = std::move(settings);
  }
  return show();
}

Answer AccessDesk::refuse_issued() {
  const std::lock_guard lock(mutex_);
  const std::size_t refused = lapses_.size();
  lapses_.clear();
  return Response{.body = Json{{"refused", refused}}.dump()};
}

std::map<std::string, std::string> read_form(std::string_view body) {
  std::map<std::string, std::string> form;
  while (!body.empty()) {
    const auto pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1);
    if (!pair.empty()) form[decoded(pair.substr(0, equals))] = decoded(value);
  }
  return form;
}

}  // namespace leadspool::simulator
