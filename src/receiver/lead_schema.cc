#include "receiver/lead_schema.h"

#include <algorithm>
#include <array>
#include <regex>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/constraint_builder.hpp>
#include <valijson/constraints/concrete_constraints.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "lead/lead_parser.h"

#if !VALIJSON_USE_EXCEPTIONS
#error "valijson would end the process at a schema that it does not like"
#endif

namespace leadspool::receiver {
namespace {

using Json = nlohmann::json;
using Adapter = valijson::adapters::NlohmannJsonAdapter;

// Under this keyword our own constraint stands in for `pattern`.
constexpr const char* kBoundedPattern = "leadspool-pattern";
constexpr int kDeepestSchema = 64;
constexpr int kMostSubschemas = 10'000;
// valijson notes every violation and copies its path each time, so only bodies up to this size are told
// where.
constexpr std::size_t kLargestExplained = 64 * 1024;

// What is wrong with a schema, for the operator.
struct SchemaError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// valijson's own `pattern` recurses for each character, which overflows the stack at some ten thousand of
// them, and takes exponential time at some patterns. libstdc++'s other engine does neither, and is linear
// when it need not try the pattern at each place anew.
class BoundedPattern final : public valijson::constraints::PolyConstraint {
 public:
  explicit BoundedPattern(const std::string& pattern)
      : regex_(R"([\s\S]*?(?:)" + checked(pattern) + R"()[\s\S]*)", kEngine) {}

  bool validate(const valijson::adapters::Adapter& target, const std::vector<std::string>& context,
                valijson::ValidationResults* results) const override {
    if (!target.isString() || std::regex_match(target.asString(), regex_)) return true;
    if (results != nullptr) results->pushError(context, "does not match the pattern of the schema");
    return false;
  }

 private:
  static constexpr auto kEngine = std::regex::ECMAScript | std::regex_constants::__polynomial;

  // Throws unless it is a regular expression by itself, whatever is put round it.
  static const std::string& checked(const std::string& pattern) {
    // Looked at from each place of a text, what lies ahead takes quadratic time.
    if (pattern.find("(?=") != std::string::npos || pattern.find("(?!") != std::string::npos) {
      throw SchemaError("a pattern may not look ahead, with (?= or (?!");
    }
    static_cast<void>(std::regex(pattern, kEngine));
    return pattern;
  }

  Constraint* cloneInto(void* memory) const override { return new (memory) BoundedPattern(*this); }
  size_t sizeOf() const override { return sizeof *this; }

  std::regex regex_;
};

class BoundedPatternBuilder final : public valijson::ConstraintBuilder {
 public:
  valijson::constraints::Constraint* make(const valijson::adapters::Adapter& pattern) const override {
    return new BoundedPattern(pattern.asString());
  }
};

// Makes a schema fit for valijson, which trusts it.
class Preparation {
 public:
  explicit Preparation(Json& root) : root_(root) {}

  // Throws SchemaError. Subschemas that several references name are visited as often; the bounds end it.
  void prepare(Json& schema, int depth = 0) {
    if (!schema.is_object()) throw SchemaError("a schema has to be a JSON object");
    if (depth == kDeepestSchema || ++visited_ > kMostSubschemas) {
      throw SchemaError("it refers to itself, or is nested more than " + std::to_string(kDeepestSchema) +
                        " levels deep, or has more than " + std::to_string(kMostSubschemas) + " parts");
    }
    if (const auto reference = schema.find("$ref"); reference != schema.end()) {
      return prepare(referenced(*reference), depth + 1);
    }
    prepare_keywords(schema);
    prepare_children(schema, depth + 1);
  }

  // All properties that the schema speaks of: to name one of them quotes no body.
  [[nodiscard]] std::set<std::string> take_names() { return std::move(names_); }

 private:
  Json& referenced(const Json& reference) {
    const std::string address = reference.is_string() ? reference.get<std::string>() : std::string{};
    if (!address.starts_with('#')) {
      throw SchemaError("$ref may only point into the same document, like \"#/definitions/name\"");
    }
    const Json::json_pointer pointer(address.substr(1));
    if (!root_.contains(pointer)) throw SchemaError("$ref \"" + address + "\" points to nothing");
    return root_.at(pointer);
  }

  static void prepare_keywords(Json& schema) {
    if (schema.contains("patternProperties")) throw SchemaError("patternProperties is not supported");
    // valijson holds each element against each other one.
    if (schema.contains("uniqueItems")) throw SchemaError("uniqueItems is not supported");
    if (const auto factor = schema.find("multipleOf");
        factor != schema.end() && !(factor->is_number() && factor->get<double>() > 0)) {
      throw SchemaError("multipleOf has to be a number greater than 0");
    }
    schema.erase("format");
    schema.erase("id");  // only matters to references that are refused
    if (const auto pattern = schema.find("pattern"); pattern != schema.end()) {
      if (!pattern->is_string()) throw SchemaError("pattern has to be a text");
      schema[kBoundedPattern] = *pattern;
      schema.erase("pattern");
    }
  }

  void prepare_children(Json& schema, int depth) {
    if (const auto required = schema.find("required"); required != schema.end() && required->is_array()) {
      for (const Json& name : *required) {
        if (name.is_string()) names_.insert(name.get<std::string>());
      }
    }
    for (const char* const keyword : {"properties", "dependencies"}) {
      const auto children = schema.find(keyword);
      if (children == schema.end() || !children->is_object()) continue;
      for (auto& [name, child] : children->items()) {
        names_.insert(name);
        if (child.is_object()) prepare(child, depth);
      }
    }
    for (const char* const keyword :
         {"allOf", "anyOf", "oneOf", "items", "not", "additionalItems", "additionalProperties"}) {
      const auto found = schema.find(keyword);
      if (found == schema.end()) continue;
      if (found->is_object()) prepare(*found, depth);
      if (!found->is_array()) continue;
      for (auto& child : *found) {
        if (child.is_object()) prepare(child, depth);
      }
    }
  }

  Json& root_;
  int visited_ = 0;
  std::set<std::string> names_;
};

Json parse_schema(std::string_view text) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Json schema = Json::parse(text);
  const std::string draft = schema.is_object() && schema.contains("$schema") && schema["$schema"].is_string()
                                ? schema["$schema"].get<std::string>()
                                : "draft-04";
  if (draft.find("draft-04") == std::string::npos) {
    throw SchemaError("$schema names \"" + draft + "\", but only draft-04 is understood");
  }
  return schema;
}

// valijson's words, where they say less than they could or quote the body.
std::string rule_of(const std::string& description) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRules{{
      {"Value type not permitted", "is of a type that the schema does not allow"},
      {"Object contains a property", "has a field that the schema does not allow"},
      {"Failed to match against any enum", "is none of the values that the schema lists"},
  }};
  const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                 [&](const auto& known) { return description.starts_with(known.first); });
  if (rule != kRules.end()) return std::string(rule->second);
  const bool quotes = description.find_first_of("'\"") != std::string::npos;
  return quotes ? "is not what the schema wants" : description;
}

}  // namespace

class LeadSchema::Rules {
 public:
  explicit Rules(Json document) {
    Preparation preparation(document);
    preparation.prepare(document);
    names_ = preparation.take_names();
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft4);
    parser.addConstraintBuilder(kBoundedPattern, new BoundedPatternBuilder);
    parser.populateSchema(Adapter(document), schema_);
  }

  [[nodiscard]] std::optional<std::string> find_violation(std::string_view body) const {
    const Json document = Json::parse(body);
    valijson::Validator validator;
    if (validator.validate(schema_, Adapter(document), nullptr)) return std::nullopt;
    valijson::ValidationResults results;
    if (body.size() <= kLargestExplained) validator.validate(schema_, Adapter(document), &results);
    // What lies deepest is noted first.
    valijson::ValidationResults::Error first;
    if (!results.popError(first)) return "the body is not what the schema wants";
    const std::string place = place_of(first.context, document);
    if (const auto missing = missing_field(first.description)) {
      return (place.empty() ? "" : place + "/") + *missing + ": is missing";
    }
    return (place.empty() ? "the body" : place) + ": " + rule_of(first.description);
  }

 private:
  // valijson gives "<root>", "[UserDetails]", "[Email]"; empty for the root.
  [[nodiscard]] std::string place_of(const std::vector<std::string>& context, const Json& document) const {
    std::string place;
    const Json* parent = &document;
    for (std::size_t i = 1; i < context.size() && parent != nullptr; ++i) {
      const std::string name = context[i].substr(1, context[i].size() - 2);
      const bool is_ours = parent->is_array() || names_.contains(name);
      place += (place.empty() ? "" : "/") + (is_ours ? name : "(another field)");
      parent = child_of(*parent, name);
    }
    return place;
  }

  static const Json* child_of(const Json& parent, const std::string& name) {
    if (parent.is_array()) return &parent.at(std::stoul(name));
    const auto child = parent.find(name);
    return child != parent.end() ? &*child : nullptr;
  }

  [[nodiscard]] std::optional<std::string> missing_field(const std::string& description) const {
    if (!description.starts_with("Missing required property")) return std::nullopt;
    const auto start = description.find('\'') + 1;
    const std::string name = description.substr(start, description.rfind('\'') - start);
    return names_.contains(name) ? std::optional(name) : std::nullopt;
  }

  valijson::Schema schema_;
  std::set<std::string> names_;
};

std::variant<std::shared_ptr<const LeadSchema>, std::string> LeadSchema::parse(std::string_view text) {
  try {
    return std::shared_ptr<const LeadSchema>(
        new LeadSchema(std::make_unique<const Rules>(parse_schema(text))));
  } catch (const std::regex_error& error) {
    return std::string("a pattern is no regular expression that is understood here: ") + error.what();
  } catch (const Json::exception& error) {
    const std::string_view what =
        error.what();  // "[json.exception.parse_error.101] parse error at line 1 ..."
    return std::string(what.substr(what.find(']') + 2));
  } catch (const std::exception& error) {
    return std::string(error.what());
  }
}

LeadSchema::LeadSchema(std::unique_ptr<const Rules> rules) : rules_(std::move(rules)) {}

LeadSchema::~LeadSchema() = default;

std::optional<std::string> LeadSchema::find_violation(std::string_view body) const {
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  try {
    return rules_->find_violation(body);
  } catch (const std::exception&) {
    return "the body cannot be held against the schema";  // to be kept rather than lost
  }
}

}  // namespace leadspool::receiver
