#include "http/router.h"

#include <algorithm>
#include <exception>

#include "base/log.h"

namespace leadspool::http {

namespace {

// Takes the first segment off `path`, which begins with '/'.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{') && segment.ends_with('}'); }

bool matches(const std::vector<std::string>& segments, std::string_view path) {
  for (const auto& wanted : segments) {
    if (!path.starts_with('/')) return false;
    const auto segment = take_segment(path);
    if (is_parameter(wanted) ? segment.empty() : segment != wanted) return false;
  }
  return path.empty();
}

void fill_parameters(const std::vector<std::string>& segments, Request& request) {
  request.path_parameters.clear();
  std::string_view path = request.path;
  for (const auto& wanted : segments) {
    const auto segment = take_segment(path);
    if (is_parameter(wanted)) {
      request.path_parameters.emplace_back(wanted.substr(1, wanted.size() - 2), segment);
    }
  }
}

bool answers(std::string_view route_method, std::string_view method) {
  return route_method == method || (route_method == "GET" && method == "HEAD");
}

Response not_found() {
  return to_response({.status = 404, .code = "not_found", .message = "There is nothing at this address."});
}

Response method_not_allowed(const std::string& allowed) {
  return to_response({.status = 405,
                      .code = "method_not_allowed",
                      .message = "This address takes another method: " + allowed + ".",
                      .headers = {{"Allow", allowed}}});
}

// The client learns nothing of the inside, and the log nothing of the query or headers, which may hold a key.
Response failed(std::string_view method, const std::vector<std::string>& segments, std::string_view reason) {
  std::string route;
  for (const auto& segment : segments) route += "/" + segment;
  log_error("request_failed",
            {{"method", method}, {"route", route}, {"reason", reason}, {"consequence", "answered 500"}});
  return to_response({.status = 500,
                      .code = "internal_error",
                      .message = "The service failed at this request; its log says why."});
}

}  // namespace

void Router::add(std::string_view method, std::string_view pattern, Handler handler) {
  Route route{std::string(method), {}, std::move(handler)};
  while (pattern.starts_with('/')) route.segments.emplace_back(take_segment(pattern));
  routes_.push_back(std::move(route));
}

Response Router::handle(Request& request) const {
  auto response = answer(request);
  for (const auto& header : headers_) {
    if (find_header(response.headers, header.name).empty()) response.headers.push_back(header);
  }
  return response;
}

Response Router::answer(Request& request) const {
  std::vector<std::string_view> allowed;
  for (const auto& route : routes_) {
    if (!matches(route.segments, request.path)) continue;
    if (!answers(route.method, request.method)) {
      if (std::ranges::find(allowed, route.method) == allowed.end()) allowed.push_back(route.method);
      continue;
    }
    try {
      fill_parameters(route.segments, request);
      auto given = route.handler(request);
      if (auto* response = std::get_if<Response>(&given)) return std::move(*response);
      return to_response(std::get<Error>(given));
    } catch (const std::exception& failure) {
      return failed(request.method, route.segments, failure.what());
    } catch (...) {
      return failed(request.method, route.segments, "unknown exception");
    }
  }
  if (allowed.empty()) return not_found();

  std::string list;
  for (const auto method : allowed) {
    if (!list.empty()) list += ", ";
    list += method;
    if (method == "GET") list += ", HEAD";
  }
  return method_not_allowed(list);
}

}  // namespace leadspool::http
