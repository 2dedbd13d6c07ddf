#include "base/secret.h"

#include <utility>

#include <string.h>

namespace leadspool {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    text_ = other.text_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  // A short text lives inside the object, so a moved-from string may still hold its bytes.
  explicit_bzero(text_.data(), text_.capacity());
  text_.clear();
}

}  // namespace leadspool
