// Reads a template's text from left to right; the first mistake ends the reading.
//
// Thread-safety: none; one text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "connector/template.h"

namespace leadspool::connector {

class TemplateReader {
 public:
  // `text` outlives the reader.
  explicit TemplateReader(std::string_view text) : text_(text) {}

  [[nodiscard]] std::variant<Template, Template::Error> read();

 private:
  // Each of these is false once there is a mistake.
  bool read_place();
  bool read_step(Template::Place& place);
  bool read_literal(Template::Place& place);
  bool read_field(std::string_view name, Template::Place& place);
  bool read_payload_path(Template::Place& place);
  bool read_function(std::string_view name, Template::Place& place);
  bool fail_unknown(std::string_view name, bool something_stands_before);
  bool fail(std::size_t at, const std::string& what);

  // The text between the quotes that begin here; nullopt, and a mistake, when they are never closed.
  [[nodiscard]] std::optional<std::string> read_quoted();
  // The rest of the word that begins here, maybe none.
  [[nodiscard]] std::string_view read_word(bool (*belongs)(char));

  void skip_blanks();
  [[nodiscard]] bool at_quote() const;
  [[nodiscard]] bool starts_with(std::string_view token) const;
  bool take(std::string_view token);

  std::string_view text_;
  std::size_t at_ = 0;
  Template made_;
  std::optional<Template::Error> error_;
};

}  // namespace leadspool::connector
