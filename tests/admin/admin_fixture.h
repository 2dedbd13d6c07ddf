// The admin API over a real store, called through its router.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "admin/admin_api.h"
#include "support/store_fixture.h"

namespace leadspool::test {

inline constexpr const char* kToken = "correct horse battery staple";

struct AdminFixture : StoreFixture {
  explicit AdminFixture(admin::AdminOptions options = with_token())
      : api(std::move(options), doors_of_admin(), service(), clock) {
    api.add_routes(router);
  }

  static admin::AdminOptions with_token() {
    return {.access = admin::Access::token,
            .tokens = {{"another", sha256("another")}, {"api", sha256(kToken)}}};
  }

  admin::AdminDoors doors_of_admin() {
    return {reader, overview, &corrections, &redrives, &erasures, &given_answers};
  }

  admin::ServiceView service() {
    admin::ServiceView view;
    view.sources = [this] { return sources; };
    view.destinations = [this] { return destinations; };
    view.store_trouble = [this] { return trouble; };
    view.certificate = [this] { return certificate; };
    view.config = [this] { return config; };
    view.reload = [this] { return reload_report; };
    view.new_deliveries = [](const Lead& lead) {
      if (lead.source != "marketplace") return std::vector<outbox::NewDelivery>{};
      outbox::NewDelivery delivery{"crm", std::nullopt};
      if (lead.disposition == Disposition::do_not_contact) delivery.held_reason = lead.disposition_reason;
      return std::vector{delivery};
    };
    view.test_destination = [this](const std::string& name) {
      return name == "crm" ? std::optional{test_steps} : std::nullopt;
    };
    view.previews = [this](const std::string& name) {
      return name == "crm" ? std::optional{previews} : std::nullopt;
    };
    view.backups = [this] { return backups; };
    view.make_backup = [this] { return made_copy; };
    view.make_copy_to_take_away = [this] { return made_copy; };
    view.commits = [this] { return committer.timings(); };
    view.started_at = clock.now();
    view.running = true;
    return view;
  }

  using Query = std::vector<std::pair<std::string, std::string>>;

  http::Response call(const std::string& method, const std::string& route, Query query = {},
                      const std::string& body = {},
                      std::optional<std::string> authorization = std::string("Bearer ") + kToken) {
    http::Request request;
    request.method = method;
    request.path = route;
    request.query = std::move(query);
    request.body = body;
    if (authorization) request.headers.push_back({"Authorization", *authorization});
    return router.handle(request);
  }

  http::Response get(const std::string& route, Query query = {}) {
    return call("GET", route, std::move(query));
  }

  // All parts of an answer that is streamed.
  static std::string whole_body(const http::Response& response) {
    if (!response.next_part) return response.body;
    std::string body;
    while (const auto part = response.next_part()) body += *part;
    return body;
  }

  // The body of an answer that must be 200.
  nlohmann::json get_json(const std::string& route, Query query = {}) {
    const auto response = get(route, std::move(query));
    if (response.status != 200) throw std::runtime_error(response.body);
    return nlohmann::json::parse(response.body);
  }

  http::Response correct(const Uuid& lead, const std::string& what, const std::string& body = {}) {
    return call("POST", path_of(lead) + "/" + what, {}, body);
  }

  http::Response revise(const Uuid& lead, const nlohmann::json& body) {
    return correct(lead, "revisions", body.dump());
  }

  // The lead as revised, which must be possible.
  nlohmann::json revised(const Uuid& lead, const nlohmann::json& body) {
    const auto response = revise(lead, body);
    if (response.status != 200) throw std::runtime_error(response.body);
    return nlohmann::json::parse(response.body);
  }

  // What is left of a lead must not be more than its tombstone.
  Uuid add_erased_lead() {
    const Uuid id = add_lead("Forgotten");
    if (call("DELETE", path_of(id)).status != 200) throw std::runtime_error("the lead was not erased");
    return id;
  }

  static std::string path_of(const Uuid& lead) { return "/api/v1/leads/" + to_string(lead); }

  // A stored lead whose only delivery was rejected for `cause`.
  Uuid add_dead_lead(const std::string& cause, const std::string& destination = "crm") {
    const Uuid id = add_lead("Dead", destination);
    AttemptOutcome outcome;
    outcome.outcome = Outcome::rejected;
    outcome.http_status = 422;
    outcome.detail = "missing required field company";
    outcome.cause = cause;
    for (const auto& each : claim(100, destination)) finish(each, outcome);
    return id;
  }

  // A lead that could not be read, or (with `fields`) not taken as it is.
  Uuid add_quarantined_lead(LeadFields fields = {}, const std::string& source = "marketplace") {
    outbox::NewLead lead;
    lead.source = source;
    lead.disposition = Disposition::quarantined;
    lead.disposition_reason = "not_json: line 1, byte 2: the body stops being JSON";
    lead.fields = std::move(fields);
    lead.receipt = receipt("{broken");
    return add(lead);
  }

  // Accepted while no destination wanted it.
  Uuid add_lead_without_deliveries(Disposition disposition = Disposition::deliver,
                                   const std::string& reason = "") {
    outbox::NewLead lead;
    lead.source = "marketplace";
    lead.disposition = disposition;
    lead.disposition_reason = reason;
    lead.fields.email = "a@b.example";
    lead.receipt = receipt();
    return add(lead);
  }

  Uuid add_held_lead(const std::vector<std::string>& names = {"crm"}) {
    outbox::NewLead lead;
    lead.source = "marketplace";
    lead.disposition = Disposition::do_not_contact;
    lead.disposition_reason = "the person asked not to be contacted";
    lead.receipt = receipt();
    for (const auto& name : names) lead.deliveries.push_back({name, "do_not_contact"});
    return add(lead);
  }

  std::vector<admin::SourceStatus> sources{{.name = "marketplace"}};
  std::vector<admin::DestinationStatus> destinations{{"crm", "webhook", admin::HealthStatus{}}};
  std::optional<std::string> trouble;
  std::optional<admin::CertificateStatus> certificate;
  admin::ConfigStatus config{"leadspool.toml", clock.now(), {}, {}};
  admin::ReloadReport reload_report;
  admin::BackupsStatus backups;
  admin::CopyResult made_copy = "nobody said what";
  // Of the destination crm.
  std::vector<connector::TestStep> test_steps;
  admin::Previews previews{.mistakes = {},
                           .preview =
                               [](const LeadWithPayload& lead) {
                                 return connector::RequestPreview{
                                     .method = "POST", .url = "https://crm.example/", .body = lead.payload};
                               },
                           .wants = [](const Lead&) { return true; }};
  admin::AdminApi api;
  http::Router router;
};

inline std::string error_code(const http::Response& response) {
  return nlohmann::json::parse(response.body).at("error").at("code").get<std::string>();
}

inline std::string error_message(const http::Response& response) {
  return nlohmann::json::parse(response.body).at("error").at("message").get<std::string>();
}

}  // namespace leadspool::test
