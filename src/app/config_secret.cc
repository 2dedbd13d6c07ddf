#include "app/config_secret.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>

#include "app/text_file.h"

namespace leadspool::app {
namespace {

constexpr const char* kForm = "write { env = \"NAME\" } or { file = \"PATH\" }";

// No credential is longer, also not a token that lists all of somebody's roles.
constexpr std::size_t kLongestSecret = 65'536;

std::string without_last_line_break(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

bool is_one_line(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 32 && c != 127; });
}

std::optional<Secret> read_file_again(const std::string& path) {
  auto content = read_short_file(path, kLongestSecret);
  if (std::holds_alternative<UnreadableFile>(content)) return std::nullopt;
  std::string text = without_last_line_break(std::get<std::string>(std::move(content)));
  if (text.empty() || !is_one_line(text)) return std::nullopt;
  return Secret{std::move(text)};
}

std::optional<Secret> read_environment(const std::string& name, const TomlValue& value, std::string_view key,
                                       ConfigSection& section) {
  const char* text = std::getenv(name.c_str());
  if (text != nullptr && *text != '\0') return Secret{text};
  section.error_at(value.place, key,
                   "the environment variable " + name + (text == nullptr ? " is not set" : " is empty"));
  return std::nullopt;
}

std::optional<Secret> read_file(const std::string& path, const TomlValue& value, std::string_view key,
                                ConfigSection& section) {
  const auto content = read_short_file(path, kLongestSecret);
  if (const auto* unreadable = std::get_if<UnreadableFile>(&content)) {
    section.error_at(value.place, key,
                     "cannot read the secret from " + path + ", which " + unreadable->reason +
                         "; it must be a file with one line that this user may read, and no pipe");
    return std::nullopt;
  }
  std::string text = without_last_line_break(std::get<std::string>(content));
  if (text.empty()) {
    section.error_at(value.place, key, "the secret's file " + path + " is empty");
    return std::nullopt;
  }
  struct stat status{};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & S_IROTH) != 0) {
    section.warning(key, "every user may read the secret in " + path + "; mend it with: chmod 600 " + path);
  }
  return Secret{std::move(text)};
}

}  // namespace

std::string ReadingContext::resolve(const std::string& path) const {
  if (path.empty()) return path;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

bool is_secret_reference(const TomlValue& value) {
  const auto* table = std::get_if<TomlTable>(&value.held);
  return table != nullptr && table->size() == 1 &&
         (table->front().key == "env" || table->front().key == "file");
}

std::optional<Secret> read_secret(const TomlValue& value, std::string_view key, const ReadingContext& context,
                                  ConfigSection& section) {
  if (std::holds_alternative<std::string>(value.held)) {
    section.error_at(
        value.place, key,
        std::string("a secret must not stand in this file: put it into an environment variable or a "
                    "file only this user may read, and ") +
            kForm);
    return std::nullopt;
  }
  if (!is_secret_reference(value)) {
    section.error_at(value.place, key, std::string("must be a secret: ") + kForm);
    return std::nullopt;
  }
  const auto& entry = std::get<TomlTable>(value.held).front();
  const auto* name = std::get_if<std::string>(&entry.value.held);
  if (name == nullptr || name->empty()) {
    section.error_at(entry.place, key, std::string("must name where the secret is: ") + kForm);
    return std::nullopt;
  }
  if (context.secrets == Secrets::leave) return Secret{};
  if (entry.key == "env") return read_environment(*name, value, key, section);
  return read_file(context.resolve(*name), value, key, section);
}

LiveSecret read_live_secret(ConfigSection& section, std::string_view key, const ReadingContext& context) {
  const auto* value = section.find(key);
  if (value == nullptr) return {};
  auto secret = read_secret(*value, key, context, section);
  if (!secret) return {};
  if (!is_one_line(secret->reveal())) {
    section.error_at(value->place, key, "the secret must be one line without control characters");
    return {};
  }
  const auto& entry = std::get<TomlTable>(value->held).front();
  if (entry.key != "file") return LiveSecret{std::move(*secret)};
  const auto path = context.resolve(std::get<std::string>(entry.value.held));
  return LiveSecret{std::move(*secret), [path] { return read_file_again(path); }};
}

}  // namespace leadspool::app
