#include "connector/dataverse.h"

#include <utility>

#include "base/text.h"
#include "connector/crm_options.h"
#include "connector/payload_reader.h"

namespace leadspool::connector {
namespace {

// "... InnerException : Microsoft.OData.ODataException: An undeclared property ..." -> "An undeclared ..."
std::string innermost(const std::string& message) {
  constexpr std::string_view kInner = "InnerException : ";
  const auto at = message.rfind(kInner);
  if (at == std::string::npos) return message;
  auto inner = std::string_view(message).substr(at + kInner.size());
  constexpr std::string_view kException = "Exception: ";
  const auto type_end = inner.find(kException);
  if (inner.starts_with("Microsoft.") && type_end != std::string_view::npos) {
    inner.remove_prefix(type_end + kException.size());
  }
  return std::string(inner);
}

}  // namespace

http::ClientRequest dataverse_request(const Dynamics365Options& options, std::string method,
                                      std::string_view path, std::string body) {
  std::string whole = "/api/data/" + options.api_version + "/";
  whole += path;
  auto request = crm_request(options.crm, std::move(method), whole, std::move(body));
  request.headers.push_back({"Accept", "application/json"});
  request.headers.push_back({"OData-MaxVersion", "4.0"});
  request.headers.push_back({"OData-Version", "4.0"});
  return request;
}

DataverseError read_dataverse_error(std::string_view body) {
  const PayloadReader answer(body);
  return {to_lower(answer.text_at({"error", "code"})), innermost(answer.text_at({"error", "message"}))};
}

}  // namespace leadspool::connector
