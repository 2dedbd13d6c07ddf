#include "app/config_section.h"

#include <algorithm>
#include <sstream>

#include "base/nearest_name.h"

namespace leadspool::app {
namespace {

std::string_view type_of(const TomlValue& value) {
  constexpr std::string_view kTypes[] = {"text",          "a whole number", "a number with a fraction",
                                         "true or false", "an array",       "a table",
                                         "a date or time"};
  return kTypes[value.held.index()];
}

std::optional<Sha256> to_hash(const std::string& hex) {
  const auto bytes = from_hex(hex);
  Sha256 hash;
  if (!bytes || bytes->size() != hash.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

std::string to_string(const ConfigError& error) {
  return error.file + ":" + std::to_string(error.line) + ":" + std::to_string(error.column) + ": " +
         (error.key.empty() ? "" : error.key + ": ") + error.message +
         (error.mend.empty() ? "" : "; mend it with: `" + error.mend + "`");
}

const TomlValue* ConfigSection::find(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
  const auto entry =
      std::find_if(table_.begin(), table_.end(), [&](const TomlEntry& each) { return each.key == key; });
  return entry == table_.end() ? nullptr : &entry->value;
}

std::optional<std::string> ConfigSection::text(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* held = std::get_if<std::string>(&value->held)) return *held;
  error_of_type(key, *value, "text in quotes");
  return std::nullopt;
}

bool ConfigSection::in_range(std::string_view key, const TomlValue& value, std::int64_t least,
                             std::int64_t most) {
  const auto* number = std::get_if<std::int64_t>(&value.held);
  if (number == nullptr) {
    error_of_type(key, value, "a whole number");
    return false;
  }
  if (*number >= least && *number <= most) return true;
  error_at(value.place, key,
           "is " + std::to_string(*number) + ", but must be between " + std::to_string(least) + " and " +
               std::to_string(most));
  return false;
}

std::int64_t ConfigSection::whole_number(std::string_view key, std::int64_t fallback, std::int64_t least,
                                         std::int64_t most) {
  const auto* value = find(key);
  if (value == nullptr || !in_range(key, *value, least, most)) return fallback;
  return std::get<std::int64_t>(value->held);
}

std::vector<std::int64_t> ConfigSection::whole_numbers(std::string_view key,
                                                       std::vector<std::int64_t> fallback, std::int64_t least,
                                                       std::int64_t most) {
  const auto* value = find(key);
  if (value == nullptr) return fallback;
  const auto* array = std::get_if<TomlArray>(&value->held);
  if (array == nullptr || array->empty()) {
    error_of_type(key, *value, "an array of at least one whole number");
    return fallback;
  }
  std::vector<std::int64_t> numbers;
  for (const auto& element : *array) {
    if (in_range(key, element, least, most)) numbers.push_back(std::get<std::int64_t>(element.held));
  }
  return numbers.size() == array->size() ? numbers : fallback;
}

std::optional<double> ConfigSection::number(std::string_view key, double least, double most) {
  const auto* value = find(key);
  if (value == nullptr) return std::nullopt;
  std::optional<double> number;
  if (const auto* real = std::get_if<double>(&value->held)) number = *real;
  if (const auto* whole = std::get_if<std::int64_t>(&value->held)) number = static_cast<double>(*whole);
  if (!number) {
    error_of_type(key, *value, "a number");
  } else if (!(least <= *number && *number <= most)) {
    std::ostringstream range;
    range << "must be between " << least << " and " << most;
    error_at(value->place, key, range.str());
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> ConfigSection::text_or_texts(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr || !std::holds_alternative<std::string>(value->held)) return texts(key);
  return {std::get<std::string>(value->held)};
}

std::vector<std::string> ConfigSection::texts(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  const auto* array = std::get_if<TomlArray>(&value->held);
  if (array == nullptr) {
    error_of_type(key, *value, "an array of texts in quotes");
    return {};
  }
  std::vector<std::string> texts;
  for (const auto& element : *array) {
    if (const auto* held = std::get_if<std::string>(&element.held)) {
      texts.push_back(*held);
    } else {
      error_of_type(key, element, "text in quotes");
    }
  }
  return texts;
}

std::vector<Sha256> ConfigSection::hashes(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return {};
  const auto* array = std::get_if<TomlArray>(&value->held);
  const TomlArray elements = array != nullptr ? *array : TomlArray{*value};
  std::vector<Sha256> hashes;
  for (const auto& element : elements) {
    const auto* written = std::get_if<std::string>(&element.held);
    const auto hash = written == nullptr ? std::nullopt : to_hash(*written);
    if (hash) {
      hashes.push_back(*hash);
    } else {
      // Not shown: it may be the secret itself, put here by mistake.
      error_at(element.place, key,
               "must be a SHA-256 in 64 hexadecimal digits; a key or token itself does not belong here "
               "(`printf %s SECRET | sha256sum` prints its hash)");
    }
  }
  return hashes;
}

const TomlTable* ConfigSection::table(std::string_view key) {
  const auto* value = find(key);
  if (value == nullptr) return nullptr;
  if (const auto* held = std::get_if<TomlTable>(&value->held)) return held;
  error_of_type(key, *value, "a table");
  return nullptr;
}

ConfigSection ConfigSection::section(const TomlTable& table, std::string_view key) const {
  return {table, place_of(key), title_ + "." + std::string(key), findings_};
}

std::string ConfigSection::alternatives(const std::vector<std::string>& words) {
  std::string list;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) list += i + 1 == words.size() ? " or " : ", ";
    list += "`" + words[i] + "`";
  }
  return list;
}

void ConfigSection::error_of_type(std::string_view key, const TomlValue& value, std::string_view wanted) {
  error_at(value.place, key, "must be " + std::string(wanted) + ", but is " + std::string(type_of(value)));
}

TomlPlace ConfigSection::place_of(std::string_view key) const {
  for (const auto& entry : table_) {
    if (entry.key == key) return entry.place;
  }
  return place_;
}

ConfigError ConfigSection::make(TomlPlace place, std::string_view key, std::string message) const {
  std::string name = title_;
  if (!name.empty() && !key.empty()) name += '.';
  name += key;
  return {findings_.file, place.line, place.column, std::move(name), std::move(message), {}};
}

void ConfigSection::error_at(TomlPlace place, std::string_view key, std::string message) {
  findings_.errors.push_back(make(place, key, std::move(message)));
}

void ConfigSection::error(std::string_view key, std::string message) {
  error_at(place_of(key), key, std::move(message));
}

void ConfigSection::warning(std::string_view key, std::string message, std::string mend) {
  findings_.warnings.push_back(make(place_of(key), key, std::move(message)));
  findings_.warnings.back().mend = std::move(mend);
}

void ConfigSection::refuse_unknown() {
  for (const auto& entry : table_) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    const std::vector<std::string_view> names(known_.begin(), known_.end());
    const auto nearest = nearest_name(entry.key, names);
    error_at(entry.place, entry.key,
             nearest ? "unknown key; did you mean `" + std::string(*nearest) + "`?"
                     : "unknown key; known here are " + alternatives(known_));
  }
}

}  // namespace leadspool::app
