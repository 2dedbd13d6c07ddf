// Answers of the admin API, made up for tests of what a person sees of them.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/destination_page.h"
#include "lead/lead.h"

namespace leadspool::app {

// As GET /api/v1/leads/{id} shows a lead that a CRM refused.
inline nlohmann::json dead_lead() {
  nlohmann::json lead{{"id", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
                      {"received_at", "2026-01-01T00:00:00.000Z"},
                      {"source", "marketplace"},
                      {"disposition", "deliver"},
                      {"disposition_reason", nullptr},
                      {"duplicate_of", nullptr},
                      {"duplicate_count", 0},
                      {"test_sent_at", nullptr},
                      {"revisions", nlohmann::json::array()},
                      {"remote_address", "127.0.0.1"},
                      {"headers", nlohmann::json::object()},
                      {"payload", {{"bytes", 312}, {"sha256", "ab"}}},
                      {"audit", nlohmann::json::array()}};
  for (const auto& field : kLeadFields) lead[std::string(field.name)] = "";
  lead["deliveries"] = {{{"destination", "crm"},
                         {"state", "dead"},
                         {"state_since", "2026-01-01T00:00:01.000Z"},
                         {"attempt_count", 1},
                         {"next_attempt_at", nullptr},
                         {"delivered_at", nullptr},
                         {"remote_id", nullptr},
                         {"cause", "422 missing company"},
                         {"held_reason", nullptr},
                         {"attempts",
                          {{{"number", 1},
                            {"started_at", "2026-01-01T00:00:00.500Z"},
                            {"duration_ms", 12},
                            {"outcome", "rejected"},
                            {"counted", true},
                            {"http_status", 422},
                            {"detail", "company is required"},
                            {"answer_excerpt", ""}}}}}};
  return lead;
}

inline nlohmann::ordered_json status() {
  return {
      {"running", true},
      {"leads", 7},
      {"unrouted", 0},
      {"dispositions",
       {{"deliver", 3},
        {"test", 3},
        {"do_not_contact", 0},
        {"duplicate", 0},
        {"probe", 0},
        {"quarantined", 1}}},
      {"last_received_at", "2026-01-01T00:00:00.000Z"},
      {"oldest_undelivered_age_s", nullptr},
      {"store", {{"bytes", 4096}, {"log_bytes", 512}, {"free_bytes", 8589934592}, {"trouble", nullptr}}},
      {"time_to_crm",
       {{"window_hours", 24}, {"count", 0}, {"p50_ms", nullptr}, {"p95_ms", nullptr}, {"p99_ms", nullptr}}},
      {"not_searchable", 0},
      {"purging", false},
      {"certificate", nullptr},
      {"config", nullptr},
      {"destinations", nlohmann::json::array()}};
}

// As GET /api/v1/destinations shows one that works.
inline nlohmann::ordered_json destination() {
  return {{"name", "crm"},
          {"type", "webhook"},
          {"configured", true},
          {"health", "closed"},
          {"reason", nullptr},
          {"since", nullptr},
          {"next_probe", nullptr},
          {"in_flight", 0},
          {"paused", nullptr},
          {"oldest_waiting_age_s", nullptr},
          {"deliveries",
           {{"pending", 2}, {"claimed", 0}, {"delivered", 5}, {"dead", 0}, {"held", 1}, {"discarded", 0}}}};
}

inline std::string shown(const nlohmann::ordered_json& destination) {
  return destinations_text(nlohmann::ordered_json{{"destinations", {destination}}}.dump());
}

// As GET /api/v1/redrives/{id} shows one that is on its way.
inline nlohmann::ordered_json redrive() {
  return {{"id", "01997c1e-5b1e-7c3a-9f00-1a2b3c4d5e6f"},
          {"at", "2026-01-01T00:00:00.000Z"},
          {"by", "cli"},
          {"reason", "the field was added"},
          {"filter", {{"destination", "crm"}, {"cause", "http_422"}}},
          {"canary", 3},
          {"rate_per_second", 2.5},
          {"stop_after_failures", 5},
          {"state", "running"},
          {"ended_at", nullptr},
          {"ended_why", nullptr},
          {"total", 100},
          {"redriven", 40},
          {"delivered", 30},
          {"failed", 1},
          {"waiting", 9},
          {"discarded", 0},
          {"service_running", true}};
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace leadspool::app
