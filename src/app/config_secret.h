// Secrets in the configuration: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ credential = "NAME" }`, never
// literal text. A credential is what systemd's LoadCredential= hands a service: a file in the folder that
// $CREDENTIALS_DIRECTORY names, and of the installed service for those who have no such variable.
#pragma once

#include <optional>
#include <string>

#include "app/config_section.h"
#include "base/live_secret.h"
#include "base/secret.h"

namespace leadspool::app {

// Commands that call no destination need none of their secrets.
enum class Secrets { read, leave };

// How the values of one file are to be read.
struct ReadingContext {
  std::string folder;  // what paths are relative to
  Secrets secrets = Secrets::read;

  // `path` from the configuration, ready for use; an empty one stays empty.
  [[nodiscard]] std::string resolve(const std::string& path) const;
};

// Whether `value` has the form of a secret's reference: a table with `env`, `file` or `credential`.
[[nodiscard]] bool is_secret_reference(const TomlValue& value);

// What `value` refers to; empty when secrets are left alone. nullopt after an error, which is reported under
// `key`. A file's last line break is no part of the secret; one that everybody may read is warned of.
[[nodiscard]] std::optional<Secret> read_secret(const TomlValue& value, std::string_view key,
                                                const ReadingContext& context, ConfigSection& section);

// The credential at `key`: one line without control characters. One from a file is read again when it was
// refused, unless what stands there by then is no such line or no common file; the environment of a running
// program never changes. Empty when the key is absent, and after an error.
[[nodiscard]] LiveSecret read_live_secret(ConfigSection& section, std::string_view key,
                                          const ReadingContext& context);

}  // namespace leadspool::app
