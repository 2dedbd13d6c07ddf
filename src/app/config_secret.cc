#include "app/config_secret.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include <sys/stat.h>

#include "app/shell_word.h"
#include "app/text_file.h"

namespace leadspool::app {
namespace {

constexpr const char* kForm = "write { env = \"NAME\" }, { file = \"PATH\" } or { credential = \"NAME\" }";

// Where the credentials of the installed service are for commands, which root may read.
constexpr const char* kServiceCredentials = "/run/credentials/leadspool.service";

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

std::string credentials_folder() {
  const char* own = std::getenv("CREDENTIALS_DIRECTORY");
  return own != nullptr && *own != '\0' ? own : kServiceCredentials;
}

std::string credential_path(const std::string& name) { return credentials_folder() + "/" + name; }

// Of a reference by `file` or `credential`.
std::string path_of(const TomlEntry& reference, const ReadingContext& context) {
  const auto& name = std::get<std::string>(reference.value.held);
  return reference.key == "file" ? context.resolve(name) : credential_path(name);
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
    section.warning(key, "every user may read the secret in " + path, "chmod o-rwx " + shell_word(path));
  }
  return Secret{std::move(text)};
}

bool is_credential_name(const std::string& name) {
  return name.find('/') == std::string::npos && name != "." && name != "..";
}

std::optional<Secret> read_credential(const std::string& name, const TomlValue& value, std::string_view key,
                                      ConfigSection& section) {
  std::error_code unreadable;
  const auto path = credential_path(name);
  if (std::filesystem::exists(path, unreadable)) return read_file(path, value, key, section);
  section.error_at(value.place, key,
                   "there is no credential \"" + name + "\" in " + credentials_folder() +
                       "; the service gets it by LoadCredential=" + name +
                       ":/path/of/its/file in its unit (systemctl edit leadspool), and has it while it runs");
  return std::nullopt;
}

}  // namespace

std::string ReadingContext::resolve(const std::string& path) const {
  if (path.empty()) return path;
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

bool is_secret_reference(const TomlValue& value) {
  const auto* table = std::get_if<TomlTable>(&value.held);
  return table != nullptr && table->size() == 1 &&
         (table->front().key == "env" || table->front().key == "file" || table->front().key == "credential");
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
  if (entry.key == "credential" && !is_credential_name(*name)) {
    section.error_at(
        entry.place, key,
        "`" + *name + "` is no credential's name, which has no slash; a path is { file = \"PATH\" }");
    return std::nullopt;
  }
  if (entry.key == "file") section.note_secret_file(context.resolve(*name));
  if (context.secrets == Secrets::leave) return Secret{};
  if (entry.key == "env") return read_environment(*name, value, key, section);
  if (entry.key == "credential") return read_credential(*name, value, key, section);
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
  if (entry.key == "env") return LiveSecret{std::move(*secret)};
  const auto path = path_of(entry, context);
  return LiveSecret{std::move(*secret), [path] { return read_file_again(path); }};
}

}  // namespace leadspool::app
