#include "admin/erasure_view.h"

#include <nlohmann/json.hpp>

#include "admin/json_parts.h"

namespace leadspool::admin {
namespace {

// Members keep the order in which they are set: a person reads it too.
using Json = nlohmann::ordered_json;

Json ids_json(const std::vector<Uuid>& leads) {
  return array_of<Json>(leads, [](const Uuid& lead) { return to_string(lead); });
}

Json elsewhere_json(const std::vector<outbox::RecordElsewhere>& records) {
  return array_of<Json>(records, [](const outbox::RecordElsewhere& record) {
    return Json{{"lead", to_string(record.lead)},
                {"destination", record.destination},
                {"remote_id", or_null<Json>(record.remote_id)}};
  });
}

Json to_json(const outbox::Erased& erased) {
  return Json{{"erased", ids_json(erased.leads)},
              {"spared", array_of<Json>(erased.spared,
                                        [](const outbox::Spared& spared) {
                                          return Json{{"lead", to_string(spared.lead)},
                                                      {"reason", spared.reason}};
                                        })},
              {"elsewhere", elsewhere_json(erased.elsewhere)},
              {"purging", !erased.leads.empty()}};
}

}  // namespace

std::string erased_json(const outbox::Erased& erased) { return to_text(to_json(erased)); }

std::string erased_person_json(const outbox::Erased& erased) {
  Json json{{"dry_run", false}};
  json.update(to_json(erased));
  return to_text(json);
}

std::string would_erase_json(const std::vector<Uuid>& leads,
                             const std::vector<outbox::RecordElsewhere>& elsewhere) {
  return to_text<Json>(
      {{"dry_run", true}, {"would_erase", ids_json(leads)}, {"elsewhere", elsewhere_json(elsewhere)}});
}

}  // namespace leadspool::admin
