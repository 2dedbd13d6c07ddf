// The functions of templates; template.h tells what each does.
//
// Thread-safety: pure.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace leadspool::connector {

// What stands in a function's brackets.
struct FunctionArgument {
  std::string text;
  bool is_quoted;
};

// All of them; `default` is one by name alone, since it means the same as an alternative.
inline constexpr std::string_view kDefaultFunction = "default";
[[nodiscard]] std::span<const std::string_view> function_names();

// In any case.
[[nodiscard]] bool is_function_name(std::string_view name);

// Takes and gives well-formed UTF-8.
using Change = std::function<std::string(const std::string& value)>;

// A text: what is wrong with the argument, for the operator. `name` is a function's, and not `default`.
[[nodiscard]] std::variant<Change, std::string> make_change(std::string_view name,
                                                            const std::optional<FunctionArgument>& argument);

}  // namespace leadspool::connector
