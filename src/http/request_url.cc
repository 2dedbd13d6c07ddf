#include "http/request_url.h"

#include <memory>
#include <string>

#include <curl/curl.h>

#include "http/client.h"
#include "http/server.h"

namespace leadspool::http {

namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

std::string url_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

// nullptr unless it is a URL without credentials: those belong where no log or error text shows them.
Url parse(std::string_view text) {
  Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), 0) != CURLUE_OK) return {};
  if (!url_part(url.get(), CURLUPART_USER).empty() || !url_part(url.get(), CURLUPART_PASSWORD).empty())
    return {};
  return url;
}

bool is_loopback_url(CURLU* url) {
  auto host = url_part(url, CURLUPART_HOST);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return is_loopback(host);
}

}  // namespace

RequestUrl examine_url(std::string_view text) {
  const Url url = parse(text);
  if (!url) return {};
  const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
  const bool loopback = is_loopback_url(url.get());
  return {.allowed = scheme == "https" || (scheme == "http" && loopback),
          .loopback = loopback,
          .tls = scheme == "https"};
}

RequestUrl examine_mail_url(std::string_view text) {
  const Url url = parse(text);
  if (!url) return {};
  const auto scheme = url_part(url.get(), CURLUPART_SCHEME);
  const auto path = url_part(url.get(), CURLUPART_PATH);
  const bool bare = (path.empty() || path == "/") && url_part(url.get(), CURLUPART_QUERY).empty() &&
                    url_part(url.get(), CURLUPART_FRAGMENT).empty();
  return {.allowed = bare && (scheme == "smtps" || scheme == "smtp"),
          .loopback = is_loopback_url(url.get()),
          .tls = scheme == "smtps"};
}

bool is_allowed_url(std::string_view url) { return examine_url(url).allowed; }

}  // namespace leadspool::http
