// What every connector that makes a CRM's record over HTTPS needs beside its own options.
//
// Thread-safety: values and pure functions.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "connector/mapping.h"
#include "http/client.h"

namespace leadspool::connector {

struct CrmOptions {
  std::string url;              // of the CRM, without a slash at its end; may have a path
  Mapping mapping;              // the type's default, or what is configured instead, with the constants
  std::vector<Column> columns;  // the type's, as changed by the configuration
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{30'000};  // of each request
  std::string ca_file;                              // a PEM bundle to trust instead of the system's
};

// A request to `path` below the CRM's URL, "/api/data/v9.2/leads", in JSON if it has a body.
[[nodiscard]] http::ClientRequest crm_request(const CrmOptions& options, std::string method,
                                              std::string_view path, std::string body = {});

// `text` as one segment of a URL's path or one value of its query.
[[nodiscard]] std::string percent_encoded(std::string_view text);

}  // namespace leadspool::connector
