#include "simulator/odoo_domain.h"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "base/text.h"

namespace leadspool::simulator {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 10> kOperators{"=",     "!=",    "in",     "not in",   "like",
                                                      "ilike", "=like", "=ilike", "not like", "not ilike"};

bool is_condition(const Json& leaf) {
  return leaf.is_array() && leaf.size() == 3 && leaf[0].is_string() && leaf[1].is_string() &&
         std::ranges::find(kOperators, leaf[1].get_ref<const std::string&>()) != kOperators.end();
}

bool contains(const Json& text, const Json& part, bool in_any_case) {
  if (!text.is_string() || !part.is_string()) return false;
  const auto& whole = text.get_ref<const std::string&>();
  const auto& wanted = part.get_ref<const std::string&>();
  if (in_any_case) return to_lower(whole).find(to_lower(wanted)) != std::string::npos;
  return whole.find(wanted) != std::string::npos;
}

bool same_in_any_case(const Json& a, const Json& b) {
  return a.is_string() && b.is_string() &&
         equal_in_any_case(a.get_ref<const std::string&>(), b.get_ref<const std::string&>());
}

bool meets(const Json& record, const Json& condition) {
  // What a record lacks is false, as Odoo tells it.
  const auto found = record.find(condition[0].get_ref<const std::string&>());
  const Json value = found == record.end() || found->is_null() ? Json(false) : *found;
  const auto& op = condition[1].get_ref<const std::string&>();
  const Json& wanted = condition[2];
  if (op == "=" || op == "=like") return value == wanted;
  if (op == "!=") return value != wanted;
  if (op == "=ilike") return same_in_any_case(value, wanted);
  if (op.ends_with("like")) return contains(value, wanted, op.ends_with("ilike")) != op.starts_with("not");
  const bool is_in = wanted.is_array() && std::ranges::find(wanted, value) != wanted.end();
  return is_in != op.starts_with("not");
}

// The connectives stand before what they connect; conditions that nothing connects must all be met.
class Reader {
 public:
  Reader(const Json& domain, const Json& record) : domain_(domain), record_(record) {}

  bool read_all() {
    bool met = true;
    while (next_ < domain_.size()) met = read_one() && met;
    return met;
  }

 private:
  bool read_one() {
    if (next_ >= domain_.size()) return true;
    const Json& term = domain_[next_++];
    if (term == "!") return !read_one();
    if (!term.is_string()) return meets(record_, term);
    const bool first = read_one();
    const bool second = read_one();
    return term == "|" ? first || second : first && second;
  }

  const Json& domain_;
  const Json& record_;
  std::size_t next_ = 0;
};

std::string wrong_term(const Json& domain, const std::vector<std::string>& fields, std::string_view model) {
  for (const auto& term : domain) {
    if (term == "&" || term == "|" || term == "!") continue;
    if (!is_condition(term)) return "Invalid domain term " + term.dump();
    const auto& name = term[0].get_ref<const std::string&>();
    if (name != "id" && std::ranges::find(fields, name) == fields.end()) {
      return "Invalid field " + std::string(model) + "." + name + " in condition " + term.dump();
    }
  }
  return {};
}

}  // namespace

std::variant<std::vector<int>, DomainError> search_domain(std::string_view records_json,
                                                          std::string_view domain_json,
                                                          const std::vector<std::string>& fields,
                                                          std::string_view model) {
  const Json domain = Json::parse(domain_json);
  if (!domain.is_array()) return DomainError{"Domain " + std::string(domain_json) + " must be a list"};
  if (auto wrong = wrong_term(domain, fields, model); !wrong.empty()) return DomainError{std::move(wrong)};
  std::vector<int> found;
  for (const auto& record : Json::parse(records_json)) {
    if (Reader(domain, record).read_all()) found.push_back(record.at("id").get<int>());
  }
  return found;
}

}  // namespace leadspool::simulator
