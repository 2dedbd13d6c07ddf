#include "connector/dynamics365_check.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "base/text.h"
#include "connector/dataverse.h"
#include "connector/lengths_step.h"
#include "connector/payload_reader.h"
#include "connector/test_steps.h"

namespace leadspool::connector {
namespace {

constexpr std::string_view kBind = "@odata.bind";
constexpr std::string_view kWhereColumns = "Power Apps > Tables > (the table) > Columns";
constexpr std::string_view kWhereRoles =
    "Power Platform admin center > Environments > (the environment) > Settings > Users + permissions > "
    "Application users > (the app) > Edit security roles";

// What element `i` of {"value": [..]} has under `name`.
std::string text_of(const PayloadReader& list, std::size_t i, const char* name) {
  return list.text_at({"value", std::to_string(i), name});
}

// The privilege that lets a user create rows; its name has the table's in a spelling of its own.
std::string create_privilege(const PayloadReader& tables) {
  for (std::size_t i = 0;; ++i) {
    const auto text = [&](const char* name) {
      return tables.text_at({"value", "0", "Privileges", std::to_string(i), name});
    };
    if (text("Name").empty()) break;
    if (text("PrivilegeType") == "Create") return text("Name");
  }
  std::string name = text_of(tables, 0, "SchemaName");
  if (name.empty()) {
    name = text_of(tables, 0, "LogicalName");
    const bool is_small = 'a' <= name.front() && name.front() <= 'z';
    if (is_small) name.front() = static_cast<char>(name.front() - 'a' + 'A');
  }
  return "prvCreate" + name;
}

struct Attributes {
  std::vector<std::string> createable;
  std::vector<std::string> read_only;
};

Attributes read_attributes(const std::string& answer) {
  const PayloadReader list(answer);
  Attributes attributes;
  for (std::size_t i = 0;; ++i) {
    const auto name = text_of(list, i, "LogicalName");
    if (name.empty()) return attributes;
    const bool is_read_only = text_of(list, i, "IsValidForCreate") == "false";
    (is_read_only ? attributes.read_only : attributes.createable).push_back(name);
  }
}

void add_lengths(const std::string& answer, LongestTexts& longest) {
  const PayloadReader list(answer);
  for (std::size_t i = 0;; ++i) {
    const auto name = text_of(list, i, "LogicalName");
    if (name.empty()) return;
    const auto length = text_of(list, i, "MaxLength");
    std::size_t characters = 0;
    std::from_chars(length.data(), length.data() + length.size(), characters);
    if (characters != 0) longest[name] = characters;
  }
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::ranges::find(names, name) != names.end();
}

TestStep step_of_columns(const Mapping& mapping, Attributes attributes) {
  std::string read_only;
  for (const auto& target : mapping.targets()) {
    if (has(attributes.read_only, target)) read_only.append(read_only.empty() ? "" : ", ").append(target);
    // A lookup is set under the name of its relation, which differs from the column's in its capital letters.
    if (!target.ends_with(kBind)) continue;
    const auto column = to_lower(target.substr(0, target.size() - kBind.size()));
    if (has(attributes.createable, column))
      attributes.createable.push_back(target.substr(0, target.find('.')));
  }
  if (!read_only.empty()) {
    return failed_step("columns",
                       "Dynamics 365 sets " + read_only + " itself: take it out of `mapping` or `constants`",
                       "mapping");
  }
  return columns_step(mapping, attributes.createable, kWhereColumns);
}

// One test, as it goes from step to step.
class Check {
 public:
  Check(const Dynamics365Options& options, Auth& auth, const Clock& clock, http::Client& client)
      : options_(options), auth_(auth), clock_(clock), client_(client) {}

  Task<std::vector<TestStep>> run() {
    auto checking = auth_.check(client_);
    const auto no_token = co_await checking;
    if (no_token) {
      steps_.push_back(hindered_step("token", *no_token, setting_named_in(no_token->detail)));
      co_return std::move(steps_);
    }
    steps_.push_back(passed_step("token", "Microsoft Entra ID has issued one"));
    auto looking_at_environment = look_at_environment();
    const bool is_user = co_await looking_at_environment;
    if (!is_user) co_return std::move(steps_);
    auto looking_at_table = look_at_table();
    const bool has_table = co_await looking_at_table;
    if (!has_table) co_return std::move(steps_);
    auto looking_at_permission = look_at_permission();
    co_await looking_at_permission;
    auto looking_at_columns = look_at_columns();
    co_await looking_at_columns;
    co_return std::move(steps_);
  }

 private:
  // The body that a GET answers with 200; empty: there was none. Why it is not what it should be is in
  // failure_.
  Task<std::string> read(std::string path) {
    constexpr std::size_t kLongestMetadata = 4 * 1024 * 1024;  // bytes; a Lead has some 200 columns
    auto request = dataverse_request(options_, "GET", path);
    request.max_answer_bytes = kLongestMetadata;
    auto sending = auth_.send(std::move(request), client_);
    const auto sent = co_await sending;
    std::string body;
    if (const auto* unsent = std::get_if<AttemptOutcome>(&sent)) {
      failure_ = *unsent;
      co_return body;
    }
    const auto& result = std::get<http::ClientResult>(sent);
    failure_ = classify_dynamics365(result, {}, clock_.now());
    const auto* answer = std::get_if<http::ClientAnswer>(&result);
    if (answer != nullptr && answer->status == 200) body = answer->body;
    co_return body;
  }

  Task<bool> look_at_environment() {
    auto reading = read("WhoAmI");
    const std::string who = co_await reading;
    user_ = PayloadReader(who).text_at({"UserId"});
    if (user_.empty()) {
      steps_.push_back(hindered_step("environment", failure_, setting_named_in(failure_.detail)));
    } else {
      steps_.push_back(passed_step("environment", "the app is an application user there"));
    }
    co_return !user_.empty();
  }

  Task<bool> look_at_table() {
    auto reading = read(
        "EntityDefinitions?$select=LogicalName,SchemaName,EntitySetName,Privileges&$filter=EntitySetName%"
        "20eq%20'" +
        percent_encoded(options_.entity) + "'");
    const std::string answer = co_await reading;
    if (answer.empty()) {
      steps_.push_back(unknown_step("table", "the app may not read how tables are made: " + failure_.detail));
      co_return false;
    }
    const PayloadReader tables(answer);
    table_ = text_of(tables, 0, "LogicalName");
    if (table_.empty()) {
      steps_.push_back(failed_step(
          "table",
          "the environment has no entity set " + options_.entity +
              ": `entity` is to be as Power Apps > Tables > (the table) > Tools > Copy set name gives it",
          "entity"));
      co_return false;
    }
    privilege_ = create_privilege(tables);
    steps_.push_back(passed_step("table", "there is a table " + table_));
    co_return true;
  }

  Task<void> look_at_permission() {
    const std::string what = "permission to create rows";
    auto reading = read("systemusers(" + user_ +
                        ")/Microsoft.Dynamics.CRM.RetrieveUserPrivilegeByPrivilegeName(PrivilegeName='" +
                        privilege_ + "')");
    const std::string answer = co_await reading;
    if (answer.empty()) {
      steps_.push_back(unknown_step(what, "the app may not read its own roles: " + failure_.detail));
    } else if (PayloadReader(answer).text_at({"RolePrivileges", "0"}).empty()) {
      steps_.push_back(failed_step(
          what,
          "no security role of the application user of `client_id` has " + privilege_ +
              ": give it one that may create rows of this table under " + std::string(kWhereRoles),
          "client_id"));
    } else {
      steps_.push_back(passed_step(what, "a security role has " + privilege_));
    }
  }

  Task<void> look_at_columns() {
    const std::string attributes = "EntityDefinitions(LogicalName='" + table_ + "')/Attributes";
    auto reading = read(attributes + "?$select=LogicalName,IsValidForCreate");
    const std::string answer = co_await reading;
    if (answer.empty()) {
      steps_.push_back(unknown_step("columns", "the app may not read them: " + failure_.detail));
      co_return;
    }
    steps_.push_back(step_of_columns(options_.crm.mapping, read_attributes(answer)));
    LongestTexts longest;
    // Only these types have a length, and it is to be seen only through their own names.
    for (const char* const type : {"String", "Memo"}) {
      auto reading_lengths = read(attributes + "/Microsoft.Dynamics.CRM." + type +
                                  "AttributeMetadata?$select=LogicalName,MaxLength");
      const std::string texts = co_await reading_lengths;
      add_lengths(texts, longest);
    }
    steps_.push_back(lengths_step(options_.crm, longest));
  }

  const Dynamics365Options& options_;
  Auth& auth_;
  const Clock& clock_;
  http::Client& client_;
  std::vector<TestStep> steps_;
  AttemptOutcome failure_;  // of the last read()
  std::string user_;
  std::string table_;      // its logical name
  std::string privilege_;  // to create its rows
};

}  // namespace

Task<std::vector<TestStep>> test_dynamics365(const Dynamics365Options& options, Auth& auth,
                                             const Clock& clock, http::Client& client) {
  Check check(options, auth, clock, client);
  auto running = check.run();
  auto steps = co_await running;
  co_return steps;
}

}  // namespace leadspool::connector
