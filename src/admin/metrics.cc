#include "admin/metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <set>
#include <string_view>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "lead/attempt.h"
#include "lead/delivery.h"
#include "lead/lead.h"

namespace leadspool::admin {
namespace {

using outbox::Metric;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

using Labels = std::vector<ClientMetric::Label>;

double in_seconds(auto duration) { return std::chrono::duration<double>(duration).count(); }
double moment_in_seconds(Time time) { return in_seconds(time.time_since_epoch()); }

// 0 when nothing waits. The clock may have been set back since.
double age_in_seconds(const std::optional<Time>& since, Time now) {
  return since ? std::max(0.0, in_seconds(now - *since)) : 0.0;
}

MetricFamily make_family(MetricType type, std::string_view name, std::string_view help) {
  MetricFamily family;
  family.name = "leadspool_";
  family.name += name;
  family.help = help;
  family.type = type;
  return family;
}

template <typename Value>
void add(MetricFamily& family, Labels labels, Value value) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (family.type == MetricType::Counter ? metric.counter.value : metric.gauge.value) =
      static_cast<double>(value);
  family.metric.push_back(std::move(metric));
}

template <typename Value>
MetricFamily single(std::string_view name, Value value, std::string_view help) {
  auto family = make_family(MetricType::Gauge, name, help);
  add(family, {}, value);
  return family;
}

// `counts` has one class more than `ends`, which has no upper end.
template <typename Counts, typename Ends>
void add_histogram(MetricFamily& family, Labels labels, const Counts& counts, const Ends& ends, double sum) {
  ClientMetric metric;
  metric.label = std::move(labels);
  auto& histogram = metric.histogram;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    histogram.sample_count += static_cast<std::uint64_t>(counts[i]);
    const double end = i < ends.size() ? ends[i] : std::numeric_limits<double>::infinity();
    histogram.bucket.push_back({histogram.sample_count, end});
  }
  histogram.sample_sum = sum;
  family.metric.push_back(std::move(metric));
}

template <typename Classes>
std::vector<double> ends_in_seconds(const Classes& classes) {
  std::vector<double> ends;
  for (const auto& each : classes) ends.push_back(in_seconds(each));
  return ends;
}

// Those of the configuration, and those of which something was ever counted.
std::set<std::string> source_names(const MetricsView& view) {
  std::set<std::string> names(view.sources.begin(), view.sources.end());
  for (const auto& [labels, count] : view.totals.of(Metric::received)) names.insert(labels.first);
  return names;
}

std::set<std::string> destination_names(const MetricsView& view) {
  std::set<std::string> names;
  for (const auto& each : view.destinations) names.insert(each.name);
  for (const auto metric : {Metric::attempts, Metric::delivered, Metric::dead}) {
    for (const auto& [labels, count] : view.totals.of(metric)) names.insert(labels.first);
  }
  return names;
}

std::int64_t count_of(const Totals& totals, Metric metric, const std::string& label,
                      const std::string& kind = {}) {
  const auto& counts = totals.of(metric);
  const auto found = counts.find({label, kind});
  return found == counts.end() ? 0 : found->second;
}

MetricFamily leads_received(const MetricsView& view) {
  auto family = make_family(MetricType::Counter, "leads_received_total",
                            "Leads received and stored, by source and by what was decided about them at "
                            "first. Quarantined ones need a person; probes are no leads.");
  for (const auto& source : source_names(view)) {
    for (const Disposition disposition : kDispositions) {
      const std::string kind(to_string(disposition));
      add(family, {{"source", source}, {"disposition", kind}},
          count_of(view.totals, Metric::received, source, kind));
    }
  }
  return family;
}

MetricFamily last_received(const MetricsView& view) {
  auto family = make_family(MetricType::Gauge, "source_last_received_timestamp_seconds",
                            "When the last lead of each source came, whatever was decided about it. Alert "
                            "when time() is further from it than this source is ever silent.");
  for (const auto& [source, at] : view.last_received) {
    add(family, {{"source", source}}, moment_in_seconds(at));
  }
  return family;
}

MetricFamily leads_stored(const MetricsView& view) {
  auto family = make_family(MetricType::Gauge, "leads_stored",
                            "Leads in the store now, erased ones included, by source and disposition. "
                            "Retention makes it less, and revising moves leads out of quarantined.");
  for (const auto& each : view.store.dispositions) {
    add(family, {{"source", each.source}, {"disposition", std::string(to_string(each.disposition))}},
        each.count);
  }
  return family;
}

MetricFamily deliveries(const MetricsView& view) {
  auto family = make_family(MetricType::Gauge, "deliveries",
                            "Deliveries in the store now, by destination and state. Alert on any that are "
                            "dead: those, and those held, wait for a person.");
  for (const auto& destination : view.destinations) {
    for (const State state : kStates) {
      std::int64_t count = 0;
      for (const auto& each : destination.deliveries) count += each.state == state ? each.count : 0;
      add(family, {{"destination", destination.name}, {"state", std::string(to_string(state))}}, count);
    }
  }
  return family;
}

MetricFamily delivery_attempts(const MetricsView& view) {
  auto family = make_family(MetricType::Counter, "delivery_attempts_total",
                            "Tries of deliveries, by destination and by what they showed. A growing share of "
                            "others than delivered tells of trouble before leads are late.");
  for (const auto& destination : destination_names(view)) {
    for (const Outcome outcome : kOutcomes) {
      const std::string kind(to_string(outcome));
      add(family, {{"destination", destination}, {"outcome", kind}},
          count_of(view.totals, Metric::attempts, destination, kind));
    }
  }
  return family;
}

MetricFamily deliveries_ended(const MetricsView& view) {
  auto family = make_family(
      MetricType::Counter, "deliveries_ended_total",
      "Deliveries that arrived or died, by destination. One that died and is redriven ends once more.");
  for (const auto& destination : destination_names(view)) {
    for (const auto metric : {Metric::delivered, Metric::dead}) {
      add(family, {{"destination", destination}, {"state", std::string(outbox::to_string(metric))}},
          count_of(view.totals, metric, destination));
    }
  }
  return family;
}

MetricFamily time_to_crm(const MetricsView& view) {
  auto family =
      make_family(MetricType::Histogram, "time_to_crm_seconds",
                  "How long delivered leads were under way, from their receipt until the destination had "
                  "them. Use histogram_quantile(); only classes are kept, so the sum is not a number.");
  const auto ends = ends_in_seconds(outbox::kWaitClasses);
  for (const auto& name : destination_names(view)) {
    const auto found = view.totals.waits.find(name);
    const auto waits = found == view.totals.waits.end() ? outbox::Waits{} : found->second;
    add_histogram(family, {{"destination", name}}, waits.counts, ends,
                  std::numeric_limits<double>::quiet_NaN());
  }
  return family;
}

MetricFamily destination_ages(const MetricsView& view) {
  auto family =
      make_family(MetricType::Gauge, "destination_oldest_undelivered_age_seconds",
                  "How long ago the oldest lead came that waits for this destination; 0 when none does.");
  for (const auto& each : view.destinations) {
    add(family, {{"destination", each.name}}, age_in_seconds(each.oldest_waiting_received_at, view.now));
  }
  return family;
}

MetricFamily destination_health(const MetricsView& view) {
  auto family = make_family(
      MetricType::Gauge, "destination_health",
      "1 for the health that a destination has, 0 for the others. open: it is down and heals by itself; "
      "misconfigured: mend its settings and reload; unknown: no longer configured, or not tried yet.");
  for (const auto& each : view.destinations) {
    for (const auto word : kHealthWords) {
      add(family, {{"destination", each.name}, {"health", std::string(word)}}, each.health == word ? 1 : 0);
    }
  }
  return family;
}

MetricFamily destination_paused(const MetricsView& view) {
  auto family = make_family(MetricType::Gauge, "destination_paused",
                            "1 while a person has paused the destination. Alert when that was forgotten.");
  for (const auto& each : view.destinations) add(family, {{"destination", each.name}}, each.pause ? 1 : 0);
  return family;
}

MetricFamily destination_in_flight(const MetricsView& view) {
  auto family = make_family(MetricType::Gauge, "destination_in_flight",
                            "Tries under way at this moment. At its limit for long: the destination is slow, "
                            "and leads wait for their turn.");
  for (const auto& each : view.destinations) {
    if (each.configured) add(family, {{"destination", each.name}}, each.in_flight);
  }
  return family;
}

MetricFamily commit_durations(const outbox::CommitTimings& commits) {
  auto family = make_family(MetricType::Histogram, "commit_duration_seconds",
                            "How long transactions took until they were on disk, since the start. Each lead "
                            "waits for one before it is acknowledged; long ones mean a slow disk.");
  add_histogram(family, {}, commits.durations, ends_in_seconds(outbox::kCommitClasses),
                in_seconds(commits.total));
  return family;
}

MetricFamily commit_sizes(const outbox::CommitTimings& commits) {
  auto family = make_family(MetricType::Histogram, "commit_changes",
                            "How many changes shared one commit, since the start. Many: a burst, or a disk "
                            "that is slow for this load.");
  const std::vector<double> ends(outbox::kBatchClasses.begin(), outbox::kBatchClasses.end());
  add_histogram(family, {}, commits.batches, ends, static_cast<double>(commits.changes));
  return family;
}

void add_families_of_backups(std::vector<MetricFamily>& families, const BackupsStatus& backups) {
  if (backups.folder.empty()) return;
  if (const auto& newest = backups.newest) {
    families.push_back(single(
        "backup_last_timestamp_seconds", moment_in_seconds(newest->made_at),
        "When the newest copy of the store was made that was found good. Alert when time() is further from "
        "it than two of its schedules."));
    families.push_back(single("backup_bytes", newest->bytes, "How large that copy is."));
  }
  auto failures = make_family(MetricType::Counter, "backup_failures_total",
                              "Copies that could not be made, or were not good, since the start. It grows "
                              "every ten minutes while that lasts: see the backup's problem in the status.");
  add(failures, {}, backups.failures);
  families.push_back(std::move(failures));
}

MetricFamily build_info() {
  auto family =
      make_family(MetricType::Gauge, "build_info", "1, with the version that runs. To see when it changed.");
  add(family, {{"version", LEADSPOOL_VERSION}}, 1);
  return family;
}

std::vector<MetricFamily> families_of_store(const MetricsView& view) {
  const auto& store = view.store;
  std::vector<MetricFamily> families{
      leads_received(view),
      last_received(view),
      leads_stored(view),
      single("leads_unrouted", store.unrouted,
             "Readable leads that no destination wants. More than 0: look at the destinations' rules, then "
             "revise or discard these leads."),
      single("leads_not_searchable", store.not_searchable,
             "Leads whose words are not in the search index yet. They are found all the same; while it is "
             "large, searching is slow."),
      deliveries(view),
      delivery_attempts(view),
      deliveries_ended(view),
      time_to_crm(view),
      single("oldest_undelivered_age_seconds", age_in_seconds(store.oldest_undelivered_received_at, view.now),
             "How long ago the oldest lead came that some destination has not got yet; 0 when none waits. "
             "The one to alert on: it grows whatever keeps leads from arriving."),
      destination_ages(view),
      destination_health(view),
      destination_paused(view),
      single("store_bytes", store.store_bytes, "The store's database file."),
      single("store_log_bytes", store.log_bytes,
             "The write-ahead log beside the store. It stays at some MiB; when it grows without end, "
             "somebody reads the file for hours.")};
  if (store.free_bytes) {
    families.push_back(
        single("store_disk_free_bytes", *store.free_bytes,
               "What the store's disk has left. Alert early: without room no lead is accepted."));
  }
  return families;
}

void add_families_of_service(std::vector<MetricFamily>& families, const MetricsView& view) {
  families.push_back(destination_in_flight(view));
  families.push_back(single(
      "store_up", view.can_store ? 1 : 0,
      "0 while nothing can be stored, and leads are turned away: see the store's trouble in the status."));
  if (view.commits) {
    families.push_back(commit_durations(*view.commits));
    families.push_back(commit_sizes(*view.commits));
    families.push_back(single("changes_waiting", view.commits->waiting,
                              "Changes that wait for the next commit. Hundreds for long: the disk does not "
                              "keep up, and new leads are refused beyond a limit."));
  }
  if (view.certificate) {
    families.push_back(single(
        "certificate_expiry_timestamp_seconds", moment_in_seconds(view.certificate->valid_until),
        "When the certificate that is served expires. Alert when time() comes within two weeks of it."));
  }
  if (view.backups) add_families_of_backups(families, *view.backups);
  if (view.started_at) {
    families.push_back(
        single("start_time_seconds", moment_in_seconds(*view.started_at),
               "When the service started. Changes often: it is restarted by something; see its log."));
  }
}

}  // namespace

std::string metrics_text(const MetricsView& view) {
  auto families = families_of_store(view);
  if (view.running) add_families_of_service(families, view);
  families.push_back(build_info());
  std::erase_if(families, [](const MetricFamily& family) { return family.metric.empty(); });
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace leadspool::admin
