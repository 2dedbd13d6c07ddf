#include "connector/crm_options.h"

#include <utility>

namespace leadspool::connector {

http::ClientRequest crm_request(const CrmOptions& options, std::string method, std::string_view path,
                                std::string body) {
  http::ClientRequest request;
  request.method = std::move(method);
  request.url = options.url;
  request.url += path;
  if (!body.empty()) request.headers.push_back({"Content-Type", "application/json"});
  request.body = std::move(body);
  request.connect_timeout = options.connect_timeout;
  request.total_timeout = options.total_timeout;
  request.ca_file = options.ca_file;
  return request;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";  // RFC 3986, section 2.3
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  // As a segment these would climb up the path.
  const bool is_dots = text == "." || text == "..";
  std::string encoded;
  for (const char c : text) {
    if (!is_dots && kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += kDigits[byte >> 4U];
    encoded += kDigits[byte & 0xFU];
  }
  return encoded;
}

}  // namespace leadspool::connector
