#include "alert/notice.h"

#include <nlohmann/json.hpp>

namespace leadspool::alert {
namespace {

using Json = nlohmann::ordered_json;

bool is_over(const Notice& notice) { return notice.state == Notice::State::recovered; }

std::string what_happened(const Notice& notice) {
  const auto times = std::to_string(notice.returns) + (notice.returns == 1 ? " time" : " times");
  const auto to_and_fro = notice.returns == 0 ? "" : " It came back " + times + " since you were last told.";
  const auto since = to_rfc3339(notice.trouble.since);
  if (!is_over(notice)) return notice.trouble.text + "\nSince " + since + "." + to_and_fro;
  return "This is over: " + notice.trouble.subject + ".\nIt lasted from " + since + " to " +
         to_rfc3339(notice.at) + "." + to_and_fro;
}

}  // namespace

std::string_view to_string(Notice::State state) {
  switch (state) {
    case Notice::State::raised:
      return "raised";
    case Notice::State::still:
      return "still";
    case Notice::State::recovered:
      return "recovered";
  }
  return "unknown";
}

std::string subject_of(const Notice& notice) {
  const char* before = is_over(notice) ? "over: " : notice.state == Notice::State::still ? "still: " : "";
  return "[Leadspool] " + (before + notice.trouble.subject);
}

std::string text_of(const Notice& notice, const std::string& host) {
  return what_happened(notice) + "\n\nLeadspool" + (host.empty() ? "" : " on " + host) + ", " +
         to_rfc3339(notice.at) + "\n";
}

std::string to_json(const Notice& notice, const std::string& host) {
  const auto subject = subject_of(notice);
  const auto severity = is_over(notice) ? "info" : to_string(notice.trouble.severity);
  const Json json{{"text", subject + "\n" + text_of(notice, host)},
                  {"subject", subject},
                  {"severity", severity},
                  {"state", to_string(notice.state)},
                  {"name", notice.trouble.name},
                  {"since", to_rfc3339(notice.trouble.since)},
                  {"at", to_rfc3339(notice.at)},
                  {"host", host},
                  {"details", what_happened(notice)}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace leadspool::alert
