#include "http/curl_start.h"

#include <stdexcept>

#include <curl/curl.h>

namespace leadspool::http {

void start_libcurl_once() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (started != CURLE_OK) throw std::runtime_error("libcurl cannot start");
}

}  // namespace leadspool::http
