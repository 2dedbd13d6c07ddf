#include "connector/salesforce_check.h"

#include <charconv>
#include <utility>

#include "connector/lengths_step.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

constexpr std::size_t kLengthOfId = 36;  // a UUID
constexpr std::string_view kWhereFields =
    "Setup > Object Manager > (the object) > Fields & Relationships, and let the user that the app runs as "
    "see it (Set Field-Level Security)";

struct Field {
  std::string name;
  bool is_createable = false;
  bool is_key = false;     // External ID and Unique
  std::size_t length = 0;  // 0: it is no text
};

std::vector<Field> read_fields(const PayloadReader& description) {
  std::vector<Field> fields;
  for (std::size_t i = 0;; ++i) {
    const auto text = [&](const char* name) {
      return description.text_at({"fields", std::to_string(i), name});
    };
    Field field;
    field.name = text("name");
    if (field.name.empty()) return fields;
    field.is_createable = text("createable") == "true";
    field.is_key = text("externalId") == "true" && text("unique") == "true";
    const auto length = text("length");
    std::from_chars(length.data(), length.data() + length.size(), field.length);
    fields.push_back(std::move(field));
  }
}

TestStep permission_step(const PayloadReader& description) {
  const std::string what = "permission to create records";
  if (description.text_at({"createable"}) == "true" && description.text_at({"updateable"}) == "true") {
    return passed_step(what, "the user that the app runs as may create and edit them");
  }
  return failed_step(
      what,
      "the user that the app of `client_id` runs as may not create or not edit these records: give Create "
      "and Edit in Setup > Permission Sets > (one of that user's) > Object Settings",
      "client_id");
}

TestStep key_step(const std::string& name, const Field* field) {
  const std::string what = "key";
  const std::string setting = "external_id_field";
  if (field == nullptr) {
    return failed_step(what,
                       "there is no field " + name + ", or it is hidden: `" + setting +
                           "` is to be the API name of one in " + std::string(kWhereFields),
                       setting);
  }
  if (!field->is_key) {
    return failed_step(what,
                       "the field of `" + setting +
                           "` is to be marked External ID and Unique: Setup > Object " +
                           "Manager > (the object) > Fields & Relationships > " + name + " > Edit",
                       setting);
  }
  if (field->length < kLengthOfId) {
    return failed_step(what,
                       "the field of `" + setting + "` takes " + std::to_string(field->length) +
                           " characters, and a lead's id has " + std::to_string(kLengthOfId) +
                           ": make it a Text of that length",
                       setting);
  }
  return passed_step(what, name + " tells leads apart");
}

std::vector<TestStep> steps_of(const SalesforceOptions& options, const PayloadReader& description) {
  const auto fields = read_fields(description);
  std::vector<std::string> createable;
  LongestTexts longest;
  const Field* key = nullptr;
  for (const Field& field : fields) {
    if (field.is_createable) createable.push_back(field.name);
    if (field.length != 0) longest[field.name] = field.length;
    if (field.name == options.external_id_field) key = &field;
  }
  return {permission_step(description), key_step(options.external_id_field, key),
          columns_step(options.crm.mapping, createable, kWhereFields), lengths_step(options.crm, longest)};
}

}  // namespace

Task<std::vector<TestStep>> test_salesforce(const SalesforceOptions& options, Auth& auth, const Clock& clock,
                                            http::Client& client) {
  std::vector<TestStep> steps;
  auto checking = auth.check(client);
  const auto no_token = co_await checking;
  if (no_token) {
    steps.push_back(hindered_step("token", *no_token, setting_named_in(no_token->detail)));
    co_return steps;
  }
  steps.push_back(passed_step("token", "Salesforce has issued one"));

  constexpr std::size_t kLongestDescription = 8 * 1024 * 1024;  // bytes; hundreds of fields, told at length
  auto request = salesforce_request(options, "GET", "describe");
  request.max_answer_bytes = kLongestDescription;
  auto sending = auth.send(std::move(request), client);
  const auto sent = co_await sending;
  const auto* result = std::get_if<http::ClientResult>(&sent);
  const auto* answer = result != nullptr ? std::get_if<http::ClientAnswer>(result) : nullptr;
  const bool is_answered = answer != nullptr && answer->status == 200;
  const PayloadReader description(is_answered ? std::string_view(answer->body) : std::string_view());
  if (description.text_at({"name"}).empty()) {
    const AttemptOutcome failure =
        result != nullptr ? classify_salesforce(*result, {}, clock.now()) : std::get<AttemptOutcome>(sent);
    steps.push_back(hindered_step("object", failure, setting_named_in(failure.detail)));
    co_return steps;
  }
  steps.push_back(passed_step("object", "there is " + options.object));
  for (auto& step : steps_of(options, description)) steps.push_back(std::move(step));
  co_return steps;
}

}  // namespace leadspool::connector
