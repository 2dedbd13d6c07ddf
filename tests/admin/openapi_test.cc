// The description of the API, held against the routes that there are.
#include <map>
#include <set>

#include "admin/openapi_route.h"
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using Json = nlohmann::json;

const std::set<std::string> kMethods{"get", "put", "post", "delete", "patch", "head", "options", "trace"};

struct Operation {
  std::string method;
  std::string path;
  Json description;
};

std::string upper(std::string text) {
  for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

// What a "$ref" means, or the thing itself.
Json resolved(const Json& document, const Json& thing) {
  const auto reference = thing.find("$ref");
  if (reference == thing.end()) return thing;
  const auto text = reference->get<std::string>();
  REQUIRE(text.starts_with("#/"));
  return resolved(document, document.at(Json::json_pointer(text.substr(1))));
}

std::vector<Operation> operations_of(const Json& document) {
  std::vector<Operation> all;
  for (const auto& [path, operations] : document.at("paths").items()) {
    for (const auto& [method, description] : operations.items()) {
      REQUIRE(kMethods.count(method) == 1);
      all.push_back({upper(method), path, description});
    }
  }
  return all;
}

std::set<std::string> parameters_of(const Json& document, const Operation& operation, const std::string& in) {
  std::set<std::string> names;
  for (const auto& each : operation.description.value("parameters", Json::array())) {
    const auto parameter = resolved(document, each);
    if (parameter.at("in") == in) REQUIRE(names.insert(parameter.at("name").get<std::string>()).second);
  }
  return names;
}

std::set<std::string> names_in_path(const std::string& path) {
  std::set<std::string> names;
  for (auto at = path.find('{'); at != std::string::npos; at = path.find('{', at + 1)) {
    names.insert(path.substr(at + 1, path.find('}', at) - at - 1));
  }
  return names;
}

Json described() { return Json::parse(admin::openapi_text()); }

void visit(const Json& thing, const std::function<void(const Json&)>& look) {
  look(thing);
  for (const auto& each : thing) {
    if (each.is_structured()) visit(each, look);
  }
}

}  // namespace

TEST_CASE("the description is served to anybody, with this program's version") {
  AdminFixture admin;
  const auto response = admin.call("GET", "/openapi.json", {}, {}, std::nullopt);
  REQUIRE(response.status == 200);
  const auto document = Json::parse(response.body);
  REQUIRE(document.at("openapi") == "3.1.0");
  REQUIRE(document.at("info").at("version") == LEADSPOOL_VERSION);
  REQUIRE(admin.get("/openapi.json", {{"version", "2"}}).status == 200);
}

TEST_CASE("every route is described, and every description has its route") {
  AdminFixture admin;
  std::set<std::string> routed;
  for (const auto& route : admin.api.routes()) {
    routed.insert(std::string(route.method) + " " + route.pattern);
  }
  const auto document = described();
  std::set<std::string> documented;
  for (const auto& operation : operations_of(document)) {
    documented.insert(operation.method + " " + operation.path);
  }
  REQUIRE(documented == routed);
}

TEST_CASE("a described operation takes the parameters of its route, and the token that it needs") {
  AdminFixture admin;
  const auto document = described();
  std::map<std::string, admin::Route> routes;
  for (const auto& route : admin.api.routes()) {
    routes.emplace(std::string(route.method) + " " + route.pattern, route);
  }
  for (const auto& operation : operations_of(document)) {
    INFO(operation.method << " " << operation.path);
    const auto& route = routes.at(operation.method + " " + operation.path);
    const std::set<std::string> taken(route.parameters.begin(), route.parameters.end());
    REQUIRE(parameters_of(document, operation, "query") == taken);
    REQUIRE(parameters_of(document, operation, "path") == names_in_path(operation.path));
    const bool is_open = operation.description.contains("security");
    REQUIRE(is_open == !route.needs_token);
    if (is_open) {
      REQUIRE(operation.description.at("security") == Json::array());
      continue;
    }
    const bool operates = route.role == admin::Role::operate;
    REQUIRE(operation.description.at("x-role") == (operates ? "operate" : "read"));
    REQUIRE(parameters_of(document, operation, "header").count("Idempotency-Key") ==
            (route.takes_key ? 1 : 0));
  }
}

TEST_CASE("every reference of the description leads somewhere, and every component is referred to") {
  const auto document = described();
  std::set<std::string> used;
  visit(document, [&](const Json& thing) {
    if (!thing.is_object() || !thing.contains("$ref")) return;
    const auto text = thing.at("$ref").get<std::string>();
    REQUIRE(text.starts_with("#/components/"));
    REQUIRE(document.contains(Json::json_pointer(text.substr(1))));
    used.insert(text);
  });
  // The stream's events are told of in words.
  used.insert("#/components/schemas/Change");
  for (const char* kind : {"parameters", "responses", "schemas"}) {
    const auto components = document.at("components").at(kind);
    for (const auto& [name, component] : components.items()) {
      INFO(kind << " " << name);
      REQUIRE(used.count(std::string("#/components/") + kind + "/" + name) == 1);
    }
  }
}

TEST_CASE("what an object must have is among what it may have") {
  visit(described(), [](const Json& thing) {
    if (!thing.is_object() || !thing.contains("required") || !thing.at("required").is_array()) return;
    for (const auto& name : thing.at("required")) {
      INFO(name);
      REQUIRE(thing.at("properties").contains(name.get<std::string>()));
    }
  });
}

TEST_CASE("operations have ids of their own, and tell of their errors in one shape") {
  const auto document = described();
  std::set<std::string> ids;
  for (const auto& operation : operations_of(document)) {
    INFO(operation.method << " " << operation.path);
    REQUIRE(ids.insert(operation.description.at("operationId").get<std::string>()).second);
    const auto responses = operation.description.at("responses");
    REQUIRE(responses.contains("default"));
    for (const auto& [status, response] : responses.items()) {
      if (status.starts_with("2")) continue;
      const auto schema = resolved(document, response).at("content").at("application/json").at("schema");
      REQUIRE(schema == Json{{"$ref", "#/components/schemas/Error"}});
    }
  }
}

TEST_CASE("the description names what the code names") {
  const auto document = described();
  const auto schemas = document.at("components").at("schemas");
  const auto enumerated = [&](const char* name) {
    return schemas.at(name).at("enum").get<std::set<std::string>>();
  };
  std::set<std::string> states;
  for (const State state : kStates) states.emplace(to_string(state));
  REQUIRE(enumerated("State") == states);
  std::set<std::string> dispositions;
  for (const Disposition disposition : kDispositions) dispositions.emplace(to_string(disposition));
  REQUIRE(enumerated("Disposition") == dispositions);
  for (const auto& outcome : enumerated("Outcome")) REQUIRE(parse_outcome(outcome));
  const auto lead = schemas.at("Lead").at("properties");
  for (const auto& field : kLeadFields) REQUIRE(lead.contains(std::string(field.name)));
}

}  // namespace leadspool::test
