#include "admin/idempotency.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "admin/answers.h"
#include "base/digest.h"
#include "base/log.h"

namespace leadspool::admin {
namespace {

using http::Answer;
using http::Error;

constexpr std::size_t kLongestKey = 200;

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

Error bad_key() {
  return make_error(
      400, "bad_idempotency_key",
      "Idempotency-Key must be 1 to " + std::to_string(kLongestKey) + " printable ASCII characters.");
}

Error in_progress() {
  return make_error(409, "in_progress", "The first request with this Idempotency-Key has not ended yet.");
}

Error outcome_unknown() {
  return make_error(409, "outcome_unknown",
                    "A request with this Idempotency-Key began, and how it ended is not known: look before "
                    "you repeat the change, and then use another key.");
}

Error key_reused() {
  return make_error(422, "idempotency_key_reused",
                    "This Idempotency-Key came with another request before; use a new one for each change.");
}

// Each part with its length, so that no two requests make the same text.
void append(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(":").append(part);
}

Sha256 hash_of(const http::Request& request) {
  auto query = request.query;
  std::ranges::sort(query);
  std::string text;
  append(text, request.method);
  append(text, request.path);
  append(text, request.body);
  for (const auto& [name, value] : query) {
    append(text, name);
    append(text, value);
  }
  return sha256(text);
}

// What a change of a lead answers may hold the person's data; what a removal answers does not, and must
// outlast what it removes.
std::optional<Uuid> lead_in(const Route& route, const http::Request& request) {
  if (!route.pattern.starts_with("/api/v1/leads/{id}") || route.method == "DELETE") return std::nullopt;
  return parse_uuid(request.path_value("id"));
}

Answer repeated(const outbox::GivenAnswer& given) {
  http::Response response = json_response(given.body);
  response.status = given.status;
  response.headers.push_back({"Idempotent-Replayed", "true"});
  return response;
}

// Why it is not to be carried out.
Answer answer_without(const outbox::KeyResult& result) {
  if (const auto* given = std::get_if<outbox::GivenAnswer>(&result)) return repeated(*given);
  if (std::holds_alternative<outbox::KeyOfAnother>(result)) return key_reused();
  if (std::holds_alternative<outbox::ChangeUnderWay>(result)) return in_progress();
  if (const auto* failure = std::get_if<outbox::Failure>(&result)) return not_committed(*failure);
  return outcome_unknown();
}

// That its answer cannot be noted takes nothing from the change: a repeated one is then told to look.
void note(outbox::BegunChange& begun, const Answer& answer) {
  const auto* response = std::get_if<http::Response>(&answer);
  const int status = response ? response->status : std::get<Error>(answer).status;
  if (status >= 500) return;
  const auto failure = status < 300 ? begun.remember({status, response->body}) : begun.forget();
  if (failure) log_warn("answer_not_remembered", {{"why", failure->detail}});
}

}  // namespace

CallHandler answer_repeats(outbox::GivenAnswers* given_answers, const Route& route, CallHandler handler) {
  if (given_answers == nullptr) return handler;
  return [given_answers, route, handler = std::move(handler)](const Call& call) {
    const std::string_view key = call.request.header("Idempotency-Key");
    if (key.empty()) return handler(call);
    if (key.size() > kLongestKey || !std::ranges::all_of(key, is_printable)) return Answer(bad_key());
    auto result = given_answers->begin(
        {call.actor, std::string(key), hash_of(call.request), lead_in(route, call.request)});
    auto* begun = std::get_if<outbox::BegunChange>(&result);
    if (begun == nullptr) return answer_without(result);
    Answer answer = handler(call);
    note(*begun, answer);
    return answer;
  };
}

}  // namespace leadspool::admin
