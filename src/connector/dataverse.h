// The Web API of Dataverse: a request to it, and the error in its answer.
//
// Thread-safety: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "connector/dynamics365.h"
#include "http/client.h"

namespace leadspool::connector {

// To `path` below the API's root, "leads(0192f3c1-...)".
[[nodiscard]] http::ClientRequest dataverse_request(const Dynamics365Options& options, std::string method,
                                                    std::string_view path, std::string body = {});

struct DataverseError {
  std::string code;     // "0x80040265", in small letters; may be empty even where there are words
  std::string message;  // the innermost, where several are nested
};

// Empty for what is no error of Dataverse's.
[[nodiscard]] DataverseError read_dataverse_error(std::string_view body);

}  // namespace leadspool::connector
