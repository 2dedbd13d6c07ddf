#include "lead/lead_parser.h"

#include <algorithm>
#include <bitset>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/text.h"
#include "base/utf8.h"
#include "lead/exact_number.h"
#include "lead/lead_content.h"
#include "lead/lead_source.h"

namespace leadspool {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kUserDetails = "UserDetails";

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

bool names_somebody(const LeadFields& fields) {
  return !(fields.first_name.empty() && fields.last_name.empty() && fields.email.empty() &&
           fields.phone.empty());
}

// Walks the body for the JSON reader, which does not tell its callbacks where it is: all copies move one
// cursor.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  explicit Cursor(const char*& at) : at_(&at) {}

  reference operator*() const { return **at_; }
  Cursor& operator++() {
    ++*at_;
    return *this;
  }
  bool operator==(const Cursor& other) const { return *at_ == *other.at_; }
  bool operator!=(const Cursor& other) const { return *at_ != *other.at_; }

 private:
  const char** at_;
};

// Where the byte at `index` stands, for people, who count from 1: "line 3, byte 42".
std::string place(std::string_view body, std::size_t index) {
  const auto before = body.substr(0, index);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  return "line " + std::to_string(line) + ", byte " + std::to_string(index + 1);
}

// Takes the fields out of the stream of JSON values; nothing is kept of the rest but the keys of the objects
// that are open. A callback that returns false ends the reading.
class LeadHandler {
 public:
  LeadHandler(std::string_view body, const char*& at) : body_(body), at_(at), content_(body.size()) {}

  bool null() { return take({}); }
  bool boolean(bool value) { return take(value ? "true" : "false"); }
  // Only numbers with a minus sign come here, so a zero was written "-0".
  bool number_integer(Json::number_integer_t value) {
    return take(value == 0 ? "-0" : std::to_string(value));
  }
  bool number_unsigned(Json::number_unsigned_t value) { return take(std::to_string(value)); }
  bool number_float(Json::number_float_t, const std::string& as_written) {
    return is_exact_number(as_written) ? take(as_written) : fail_inexact();
  }
  bool binary(Json::binary_t&) { return fail("not_json", "the body is not JSON"); }

  bool string(std::string& value) {
    if (value.find('\0') != std::string::npos) return fail("nul_byte", "a text holds the character U+0000");
    return take(value);
  }

  bool start_object(std::size_t) {
    if (expected_ == Expected::text) return fail_not_text();
    const Place place = open_.empty()                         ? Place::top
                        : expected_ == Expected::user_details ? Place::user_details
                                                              : Place::elsewhere;
    if (!open(place)) return false;
    content_.enter_object();
    return true;
  }

  bool start_array(std::size_t) {
    if (open_.empty()) return fail_not_an_object("the body");
    if (expected_ == Expected::text) return fail_not_text();
    if (expected_ == Expected::user_details) return fail_not_an_object(kUserDetails);
    if (!open(Place::elsewhere)) return false;
    content_.enter_array();
    return true;
  }

  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool key(std::string& name) {
    if (name.find('\0') != std::string::npos) return fail("nul_byte", "a key holds the character U+0000");
    expect(name);
    content_.key(expected_ == Expected::nothing ? name : expected_name());
    if (expected_ != Expected::nothing && known_seen_.test(known_number())) {
      return fail("duplicate_key", std::string(expected_name()) + " is there twice");
    }
    if (expected_ != Expected::nothing) known_seen_.set(known_number());
    if (!open_.back().keys.insert(std::move(name)).second) {
      return fail("duplicate_key", "an object has the same key twice");
    }
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) {
    constexpr int kNumberOutOfRange = 406;
    if (error.id == kNumberOutOfRange) return fail_inexact();
    return fail("not_json", "the body stops being JSON");
  }

  [[nodiscard]] std::variant<ReadableLead, EmptyBody, Unreadable> result() {
    if (unreadable_) return std::move(*unreadable_);
    if (known_seen_.none()) {
      return Unreadable{"no_known_field",
                        "the object has none of the fields of a lead (UserDetails, LeadSource, ActionCode, "
                        "OfferTitle, Description)"};
    }
    follow_lead_source(fields_, {});
    std::string content = names_somebody(fields_) ? std::move(content_).text() : std::string();
    return ReadableLead{std::move(fields_), std::move(content)};
  }

 private:
  enum class Place { top, user_details, elsewhere };
  enum class Expected { nothing, text, user_details };

  struct Open {
    Place place;
    std::set<std::string> keys;  // ordered, so that no choice of keys makes it slow
  };

  bool open(Place place) {
    if (open_.size() == kDeepestNesting) {
      return fail("too_deep", "more than " + std::to_string(kDeepestNesting) + " levels of nesting");
    }
    open_.push_back({place, {}});
    expected_ = Expected::nothing;
    return true;
  }

  bool close() {
    open_.pop_back();
    content_.leave();
    expected_ = Expected::nothing;
    return true;
  }

  // What the value after the key `name` has to be.
  void expect(std::string_view name) {
    expected_ = Expected::nothing;
    const Place place = open_.back().place;
    if (place == Place::elsewhere) return;
    if (place == Place::top && equal_in_any_case(name, kUserDetails)) {
      expected_ = Expected::user_details;
      return;
    }
    for (const LeadField& field : kLeadFields) {
      if (field.in_user_details != (place == Place::user_details) || field.payload_name.empty()) continue;
      if (!equal_in_any_case(name, field.payload_name)) continue;
      expected_ = Expected::text;
      field_ = &field;
      return;
    }
  }

  bool take(std::string_view text) {
    if (open_.empty()) return fail_not_an_object("the body");
    if (expected_ == Expected::user_details && !is_blank(text)) return fail_not_an_object(kUserDetails);
    content_.value(text);
    if (expected_ != Expected::text) return true;
    if (text.size() > kLongestText) {
      return fail("too_long", std::string(field_->payload_name) + " is longer than " +
                                  std::to_string(kLongestText) + " bytes");
    }
    if (!is_blank(text)) fields_.*field_->member = text;
    return true;
  }

  // Of the key at hand among all known ones; the fields' names differ, so one set serves both places.
  [[nodiscard]] std::size_t known_number() const {
    if (expected_ == Expected::user_details) return kLeadFields.size();
    return static_cast<std::size_t>(field_ - kLeadFields.data());
  }

  [[nodiscard]] std::string_view expected_name() const {
    return expected_ == Expected::user_details ? kUserDetails : field_->payload_name;
  }

  bool fail_inexact() {
    return fail("inexact_number", "a number is too large or too precise to be kept exactly");
  }
  bool fail_not_text() {
    return fail("not_text", std::string(field_->payload_name) + " is not a text, number or truth");
  }
  bool fail_not_an_object(std::string_view what) {
    return fail("not_an_object", std::string(what) + " is not a JSON object");
  }
  bool fail(std::string code, const std::string& why) {
    const auto last_read = static_cast<std::size_t>(at_ - body_.data()) - 1;
    unreadable_ = Unreadable{std::move(code), place(body_, last_read) + ": " + why};
    return false;
  }

  std::string_view body_;
  const char*& at_;
  std::vector<Open> open_;
  Expected expected_ = Expected::nothing;
  const LeadField* field_ = nullptr;  // while a text is expected
  std::bitset<kLeadFields.size() + 1> known_seen_;
  LeadFields fields_;
  LeadContent content_;
  std::optional<Unreadable> unreadable_;
};

}  // namespace

std::variant<ReadableLead, EmptyBody, Unreadable> parse_lead(std::string_view body) {
  if (is_blank(body.substr(body.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0))) return EmptyBody{};
  // The JSON reader takes a NUL for the end of the text, and would not see what follows it.
  if (const auto nul = body.find('\0'); nul != std::string_view::npos) {
    return Unreadable{"nul_byte", place(body, nul) + ": the body holds a NUL byte"};
  }
  if (const auto byte = find_invalid_utf8(body)) {
    return Unreadable{"invalid_utf8", place(body, *byte) + ": the body is not UTF-8"};
  }
  const char* at = body.data();  // the JSON reader skips a byte order mark
  const char* end = body.data() + body.size();
  LeadHandler handler(body, at);
  Json::sax_parse(Cursor{at}, Cursor{end}, &handler);
  return handler.result();
}

}  // namespace leadspool
