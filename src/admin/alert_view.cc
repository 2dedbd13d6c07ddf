#include "admin/alert_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

}  // namespace

std::string alerts_json(const std::vector<outbox::OpenAlert>& open,
                        const std::vector<outbox::NoticeView>& notices) {
  const auto open_json = [](const outbox::OpenAlert& alert) {
    return Json{{"name", alert.name},
                {"since", to_rfc3339(alert.since)},
                {"told_at", to_rfc3339(alert.told_at)},
                {"text", alert.text}};
  };
  const auto notice_json = [](const outbox::NoticeView& notice) {
    return Json{
        {"at", to_rfc3339(notice.at)}, {"name", notice.name}, {"kind", notice.kind}, {"text", notice.text}};
  };
  return to_text<Json>(
      {{"open", array_of<Json>(open, open_json)}, {"notices", array_of<Json>(notices, notice_json)}});
}

}  // namespace leadspool::admin
