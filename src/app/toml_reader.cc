#include "app/toml_reader.h"

#include <algorithm>

#include <toml++/toml.h>

namespace leadspool::app {
namespace {

TomlPlace to_place(const toml::source_position& position) {
  return {std::max(1, static_cast<int>(position.line)), std::max(1, static_cast<int>(position.column))};
}

TomlTable to_tree(const toml::table& table);

TomlValue to_tree(const toml::node& node) {
  TomlValue value;
  value.place = to_place(node.source().begin);
  if (const auto* text = node.as_string()) {
    value.held = text->get();
  } else if (const auto* number = node.as_integer()) {
    value.held = number->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.held = real->get();
  } else if (const auto* truth = node.as_boolean()) {
    value.held = truth->get();
  } else if (const auto* array = node.as_array()) {
    TomlArray elements;
    for (const auto& element : *array) elements.push_back(to_tree(element));
    value.held = std::move(elements);
  } else if (const auto* table = node.as_table()) {
    value.held = to_tree(*table);
  } else {
    value.held = TomlMoment{};
  }
  return value;
}

TomlTable to_tree(const toml::table& table) {
  TomlTable entries;
  for (const auto& [key, node] : table) {
    entries.push_back({std::string(key.str()), to_place(key.source().begin), to_tree(node)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const TomlEntry& a, const TomlEntry& b) { return a.place < b.place; });
  return entries;
}

}  // namespace

std::variant<TomlTable, TomlSyntaxError> read_toml(std::string_view text) {
#if TOML_EXCEPTIONS
  try {
    return to_tree(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return TomlSyntaxError{to_place(error.source().begin), std::string(error.description())};
  }
#else
  const auto parsed = toml::parse(text);
  if (parsed) return to_tree(parsed.table());
  return TomlSyntaxError{to_place(parsed.error().source().begin), std::string(parsed.error().description())};
#endif
}

}  // namespace leadspool::app
