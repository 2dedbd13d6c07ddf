// A receiver with its routes on a real store, without sockets.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "receiver/receiver.h"
#include "support/captured_log.h"
#include "support/catch.h"
#include "support/sample_leads.h"
#include "support/store_fixture.h"

namespace leadspool::test {

inline const std::string kKey = "k3y-of-the-marketplace";
inline const std::string kNewKey = "k3y-after-rotation";
inline const std::string kOtherKey = "k3y-of-another-source";

inline receiver::ReceiverOptions default_options() {
  using receiver::Rule;
  receiver::ReceiverOptions options;
  options.sources = {{"marketplace", {sha256(kKey), sha256(kNewKey)}, Rule::deliver, Rule::hold, nullptr},
                     {"website", {sha256(kOtherKey)}, Rule::deliver, Rule::hold, nullptr},
                     {"keyless", {}, Rule::deliver, Rule::hold, nullptr}};
  options.routes = {{"crm", {}}, {"mail", {}}};
  return options;
}

struct Post {
  std::string body;
  std::string source = "marketplace";
  std::string key = kKey;
  std::vector<http::Header> headers;  // beside the usual ones
  std::string remote_address = "203.0.113.7";
};

struct Front {
  explicit Front(receiver::ReceiverOptions options = default_options(), bool own_thread = false)
      : store(own_thread), receiver(std::move(options), store.intake, store.clock) {
    receiver.add_routes(router);
  }
  // Stores by another door than its own.
  Front(receiver::ReceiverOptions options, outbox::Intake& intake)
      : receiver(std::move(options), intake, store.clock) {
    receiver.add_routes(router);
  }

  http::Response send(Post post) {
    http::Request request;
    request.method = "POST";
    request.path = "/leads/" + post.source;
    request.query = {{"key", post.key}};
    request.headers = {{"Content-Type", "application/json"}, {"X-Original-URL", "/leads/x?key=" + post.key}};
    for (auto& header : post.headers) request.headers.push_back(std::move(header));
    request.body = std::move(post.body);
    request.remote_address = std::move(post.remote_address);
    return router.handle(request);
  }
  http::Response post(std::string body) { return send({.body = std::move(body)}); }

  [[nodiscard]] outbox::LeadDetail stored(const http::Response& answer) {
    const auto id = parse_uuid(nlohmann::json::parse(answer.body).at("id").get<std::string>());
    REQUIRE(id.has_value());
    auto found = store.reader.find(*id);
    REQUIRE(found.has_value());
    return *found;
  }

  [[nodiscard]] std::int64_t lead_count() { return store.overview.status().leads; }

  StoreFixture store;
  receiver::Receiver receiver;
  http::Router router;
};

// Everything that a sender sees of an answer.
inline std::string all_of(const http::Response& response) {
  std::string text = std::to_string(response.status) + "\n" + response.content_type + "\n";
  for (const auto& header : response.headers) text += header.name + ": " + header.value + "\n";
  return text + response.body;
}

inline std::string hex_of(std::string_view body) { return to_hex(sha256(body)); }

}  // namespace leadspool::test
