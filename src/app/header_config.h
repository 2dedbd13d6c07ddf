// The key `headers` of a webhook, and what is a header's name at all.
#pragma once

#include <string>
#include <vector>

#include "app/config_secret.h"
#include "app/config_section.h"
#include "http/message.h"

namespace leadspool::app {

// What carries a credential must be a secret's reference; what Leadspool sets itself is refused.
[[nodiscard]] std::vector<http::Header> read_headers(ConfigSection& section, const ReadingContext& context);

// Reports a name that is none, or that Leadspool sets itself. False after an error.
bool check_header_name(ConfigSection& section, std::string_view key, TomlPlace place,
                       const std::string& name);

// Whether it is one line without control characters.
[[nodiscard]] bool is_header_value(const std::string& value);

}  // namespace leadspool::app
