// What a lead's body says, as one text: alike for bodies that say the same. See ReadableLead::content.
//
// Thread-safety: none; one body.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace leadspool {

// Walks along while the body is read, and writes it down anew: what says nothing is left out, and an object's
// members are sorted when it ends, so that their order is no matter. A letter tells what follows, and a NUL,
// which neither key nor text may hold, ends each key and text, so that two different bodies cannot be taken
// for the same.
//
// Time and memory are linear in the body for a given depth, whatever is in it.
class LeadContent {
 public:
  explicit LeadContent(std::size_t body_size) { text_.reserve(body_size); }

  // An object or array begins; what follows stands in it until leave().
  void enter_object() { enter(Kind::object); }
  void enter_array() { enter(Kind::array); }
  void leave();

  // The next value is that of `key`, which no other member of its object has; an array's elements have none.
  void key(std::string_view key);

  // A text, number or truth; blanks around it are no matter, and a blank or null says nothing.
  void value(std::string_view text);

  // Of the whole body, when all of it was left.
  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  enum class Kind { object, array };
  struct Open {
    Kind kind;
    std::size_t begin;         // of the member that it is, in text_
    std::size_t first_member;  // of it, in members_
    std::size_t elements = 0;
  };

  void enter(Kind kind);
  void begin_member();
  void sort_members(std::size_t first);

  std::string text_;
  std::size_t begin_ = 0;  // of the member at hand
  std::vector<Open> open_;
  // Where the members so far of all that is open begin; each ends where the next begins.
  std::vector<std::size_t> members_;
};

}  // namespace leadspool
