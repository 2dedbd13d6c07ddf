// A text that must not be shown: printing it is a compile error, and its bytes are wiped when it goes.
//
// Thread-safety: a value, like std::string.
#pragma once

#include <string>

namespace leadspool {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  // Only for handing to the wire or to a hash.
  [[nodiscard]] const std::string& reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  void wipe() noexcept;

  std::string text_;
};

}  // namespace leadspool
