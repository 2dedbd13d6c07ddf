#include "admin/openapi_route.h"

#include "admin/answers.h"
#include "base/check.h"
#include "base/embedded.h"

namespace leadspool::embedded {

const std::vector<File>& openapi();

}  // namespace leadspool::embedded

namespace leadspool::admin {
namespace {

// Stands in the file where the version belongs.
constexpr std::string_view kVersionMark = "{version}";

}  // namespace

std::string openapi_text() {
  std::string text(embedded::openapi().at(0).text);
  const auto at = text.find(kVersionMark);
  CHECK(at != std::string::npos);
  return text.replace(at, kVersionMark.size(), LEADSPOOL_VERSION);
}

void add_openapi_route(const AddRoute& add) {
  add({.method = "GET", .pattern = "/openapi.json", .parameters = {}, .needs_token = false},
      [](const Call&) { return json_response(openapi_text()); });
}

}  // namespace leadspool::admin
