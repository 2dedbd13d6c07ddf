#include "lead/lead_content.h"

#include <algorithm>

#include "base/text.h"

namespace leadspool {
namespace {

constexpr char kEnd = '\0';
constexpr char kKey = 'k';
constexpr char kElement = 'e';
constexpr char kValue = 'v';
constexpr char kObject = 'o';
constexpr char kArray = 'a';
constexpr char kLeave = 'z';

}  // namespace

void LeadContent::enter(Kind kind) {
  begin_member();
  open_.push_back({kind, begin_, members_.size()});
  text_ += kind == Kind::object ? kObject : kArray;
}

void LeadContent::leave() {
  const Open left = open_.back();
  open_.pop_back();
  if (members_.size() == left.first_member) {  // it says nothing
    text_.resize(left.begin);
    return;
  }
  if (left.kind == Kind::object) sort_members(left.first_member);
  text_ += kLeave;
  members_.resize(left.first_member);
  members_.push_back(left.begin);
}

void LeadContent::key(std::string_view key) {
  begin_ = text_.size();
  text_.append(1, kKey).append(key).append(1, kEnd);
}

void LeadContent::value(std::string_view text) {
  begin_member();
  text = trimmed(text);
  if (text.empty()) {
    text_.resize(begin_);
    return;
  }
  text_.append(1, kValue).append(text).append(1, kEnd);
  members_.push_back(begin_);
}

// A member of an object has begun with its key.
void LeadContent::begin_member() {
  if (open_.empty() || open_.back().kind == Kind::object) return;
  begin_ = text_.size();
  text_.append(1, kElement).append(std::to_string(open_.back().elements++)).append(1, kEnd);
}

void LeadContent::sort_members(std::size_t first) {
  const std::string_view text = text_;
  std::vector<std::string_view> members;
  members.reserve(members_.size() - first);
  for (std::size_t i = first; i < members_.size(); ++i) {
    const std::size_t end = i + 1 < members_.size() ? members_[i + 1] : text.size();
    members.push_back(text.substr(members_[i], end - members_[i]));
  }
  if (std::is_sorted(members.begin(), members.end())) return;
  std::sort(members.begin(), members.end());
  std::string sorted;
  sorted.reserve(text.size() - members_[first]);
  for (const auto& member : members) sorted += member;
  text_.replace(members_[first], sorted.size(), sorted);
}

}  // namespace leadspool
