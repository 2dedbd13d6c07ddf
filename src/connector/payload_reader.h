// Reading one value out of a lead's payload, for templates. It is parsed when it is first asked for.
//
// Thread-safety: none.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace leadspool::connector {

class PayloadReader {
 public:
  // `payload` outlives the reader; it may be packed as base/gzip.h has it.
  explicit PayloadReader(std::string_view payload);
  ~PayloadReader();
  PayloadReader(const PayloadReader&) = delete;
  PayloadReader& operator=(const PayloadReader&) = delete;

  // The value at `path` as text; empty when there is none, or null. The members of a table are sorted.
  [[nodiscard]] std::string text_at(const std::vector<std::string>& path) const;

  // How many elements the list at `path` has; 0: there is no list.
  [[nodiscard]] std::size_t length_at(const std::vector<std::string>& path) const;

 private:
  struct Parsed;
  [[nodiscard]] const Parsed& parsed() const;

  std::string_view payload_;
  mutable std::unique_ptr<Parsed> parsed_;
};

}  // namespace leadspool::connector
