#include "admin/page_files.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "admin/answers.h"
#include "admin/response_headers.h"
#include "base/check.h"
#include "base/embedded.h"

namespace leadspool::embedded {
const std::vector<File>& page();
}  // namespace leadspool::embedded

namespace leadspool::admin {
namespace {

struct FileType {
  std::string_view ending;
  std::string_view content_type;
};

constexpr FileType kTypes[] = {{".html", "text/html; charset=utf-8"},
                               {".css", "text/css; charset=utf-8"},
                               {".js", "text/javascript; charset=utf-8"},
                               {".svg", "image/svg+xml"}};

std::string content_type_of(std::string_view name) {
  const auto* const type =
      std::ranges::find_if(kTypes, [&](const FileType& each) { return name.ends_with(each.ending); });
  CHECK(type != std::end(kTypes));
  return std::string(type->content_type);
}

http::Answer show(std::string_view name) {
  const auto& files = embedded::page();
  const auto file = std::ranges::find(files, name, &embedded::File::name);
  if (file == files.end()) return make_error(404, "not_found", "The page has no such file.");
  auto response = ok(content_type_of(name), std::string(file->text));
  response.headers.push_back(page_policy());
  return response;
}

}  // namespace

void add_page_routes(const AddRoute& add) {
  add({.method = "GET", .pattern = "/", .parameters = {}, .needs_token = false},
      [](const Call&) { return show("index.html"); });
  add({.method = "GET", .pattern = "/page/{name}", .parameters = {}, .needs_token = false},
      [](const Call& c) { return show(c.request.path_value("name")); });
}

}  // namespace leadspool::admin
