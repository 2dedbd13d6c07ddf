#include "app/service.h"

#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/random.h"
#include "connector/webhook.h"
#include "delivery/worker.h"
#include "http/curl_client.h"
#include "http/server.h"
#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/intake.h"
#include "outbox/reader.h"
#include "outbox/store.h"
#include "receiver/receiver.h"

namespace leadspool::app {
namespace {

outbox::CommitterOptions committer_options(const Config& config) {
  // A new file must be on disk before the connection that writes it is opened.
  const auto report = outbox::migrate(config.store.path);
  if (report.from != report.to) {
    log_info("migrated", {{"store", config.store.path}, {"from", report.from}, {"to", report.to}});
  }
  outbox::CommitterOptions options;
  options.path = config.store.path;
  return options;
}

receiver::ReceiverOptions receiver_options(const Config& config) {
  receiver::ReceiverOptions options;
  options.sources = config.sources;
  for (const auto& destination : config.destinations) options.destinations.push_back(destination.name);
  return options;
}

http::ServerOptions receiver_listener(const ReceiverConfig& receiver) {
  http::ServerOptions options;
  options.address = receiver.listen.host;
  options.port = receiver.listen.port;
  options.certificate_file = receiver.certificate;
  options.private_key_file = receiver.private_key;
  options.max_body_bytes = static_cast<std::size_t>(receiver.max_body_kib) * 1024;
  return options;
}

http::ServerOptions admin_listener(const AdminConfig& admin) {
  http::ServerOptions options;
  options.address = admin.listen.host;
  options.port = admin.listen.port;
  return options;
}

http::ServerOptions socket_listener(const StoreConfig& store) {
  http::ServerOptions options;
  options.unix_socket = admin_socket(store);
  return options;
}

std::vector<delivery::Destination> make_destinations(const Config& config, const Clock& clock) {
  std::vector<delivery::Destination> destinations;
  for (const auto& configured : config.destinations) {
    delivery::Destination destination;
    destination.name = configured.name;
    destination.connector = std::make_unique<connector::Webhook>(configured.webhook, clock);
    destination.retry = configured.retry;
    destination.max_in_flight = configured.max_in_flight;
    destination.lease = configured.lease();
    destinations.push_back(std::move(destination));
  }
  return destinations;
}

std::vector<admin::DestinationStatus> describe(const Config& config, const delivery::Worker& worker) {
  std::vector<admin::DestinationStatus> all;
  const auto health = worker.health();
  for (std::size_t i = 0; i < health.size(); ++i) {
    const auto& [name, view] = health[i];
    all.push_back({name, config.destinations[i].type, view.open ? "open" : "closed", view.reason,
                   view.next_probe, view.in_flight});
  }
  return all;
}

}  // namespace

std::string admin_socket(const StoreConfig& store) { return store.path + ".sock"; }

// The members' order is the order of start; destruction goes the other way.
class Service::Parts {
 public:
  explicit Parts(Config config)
      : config_(std::move(config)),
        lock_(config_.store.path),
        committer_(committer_options(config_)),
        intake_({static_cast<std::uint64_t>(config_.store.minimum_free_mib) << 20}, config_.store.path,
                committer_, clock_, random_),
        claims_(committer_, random_),
        corrections_(committer_, clock_),
        reader_(config_.store.path),
        worker_({}, make_destinations(config_, clock_), claims_, client_, clock_, random_),
        receiver_(receiver_options(config_), intake_),
        token_admin_({.access = admin::Access::token, .token_hashes = config_.admin.token_sha256}, reader_,
                     &corrections_, service_view(), clock_),
        open_admin_({.access = admin::Access::open, .token_hashes = {}, .actor = "cli"}, reader_,
                    &corrections_, service_view(), clock_),
        receiver_server_(receiver_listener(config_.receiver), receiver_routes_),
        admin_server_(admin_listener(config_.admin), token_routes_),
        socket_server_(socket_listener(config_.store), open_routes_) {
    receiver_.add_routes(receiver_routes_);
    token_admin_.add_routes(token_routes_);
    open_admin_.add_routes(open_routes_);
    intake_.on_accepted([this] { worker_.wake(); });
    corrections_.on_due([this] { worker_.wake(); });
  }

  ~Parts() { stop(); }

  void start() {
    running_ = true;
    socket_server_.start();
    admin_server_.start();
    receiver_server_.start();
    worker_.start();
    const std::string scheme = config_.receiver.certificate.empty() ? "http://" : "https://";
    const ListenAddress receiver{config_.receiver.listen.host, receiver_server_.port()};
    const ListenAddress admin{config_.admin.listen.host, admin_server_.port()};
    log_info("started", {{"version", LEADSPOOL_VERSION},
                         {"receiver", scheme + to_string(receiver)},
                         {"admin", "http://" + to_string(admin)},
                         {"store", config_.store.path},
                         {"sources", config_.sources.size()},
                         {"destinations", config_.destinations.size()}});
  }

  void stop() {
    if (!std::exchange(running_, false)) return;
    receiver_server_.stop();
    worker_.stop();
    admin_server_.stop();
    socket_server_.stop();
  }

 private:
  admin::ServiceView service_view() {
    admin::ServiceView view;
    view.destinations = [this] { return describe(config_, worker_); };
    view.store_trouble = [this] {
      auto trouble = committer_.trouble();
      return trouble ? trouble : intake_.trouble();
    };
    view.running = true;
    return view;
  }

  const Config config_;
  SystemClock clock_;
  SystemRandom random_;
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Intake intake_;
  outbox::Claims claims_;
  outbox::Corrections corrections_;
  outbox::Reader reader_;
  http::CurlClient client_;
  delivery::Worker worker_;
  receiver::Receiver receiver_;
  admin::AdminApi token_admin_;
  admin::AdminApi open_admin_;
  http::Router receiver_routes_;
  http::Router token_routes_;
  http::Router open_routes_;
  http::Server receiver_server_;
  http::Server admin_server_;
  http::Server socket_server_;
  bool running_ = false;
};

Service::Service(Config config) : parts_(std::make_unique<Parts>(std::move(config))) {}
Service::~Service() = default;
void Service::start() { parts_->start(); }
void Service::stop() { parts_->stop(); }

}  // namespace leadspool::app
