#include "app/service.h"

#include <optional>
#include <utility>

#include "app/alert_facts.h"
#include "app/destination_trials.h"
#include "app/part_options.h"
#include "app/service_parts.h"
#include "base/log.h"

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

http::ServerOptions socket_listener(const StoreConfig& store) {
  http::ServerOptions options;
  options.unix_socket = admin_socket(store);
  // An export may be paged through by a person; nobody else can reach this socket.
  options.read_timeout = std::chrono::minutes{10};
  return options;
}

// Later than any number of a service before, unless somebody set the clock back.
std::uint64_t first_change_number(const Clock& clock) {
  constexpr std::uint64_t kChangesInMillisecond = 1'000;
  return static_cast<std::uint64_t>(to_unix_ms(clock.now())) * kChangesInMillisecond;
}

}  // namespace

std::string admin_socket(const StoreConfig& store) { return store.path + ".sock"; }

Service::Parts::Parts(Config config)
    : started_(std::move(config)),
      config_(started_),
      changes_({.first_number = first_change_number(clock_)}),
      lock_(started_.store.path),
      committer_(committer_options(started_)),
      intake_({minimum_free_bytes(started_.store)}, started_.store.path, committer_, clock_, random_),
      claims_(committer_, random_),
      corrections_(committer_, clock_),
      erasures_(committer_, clock_),
      given_answers_(committer_, clock_),
      redrives_(committer_, clock_, random_,
                outbox::RedriveRules{[this](const std::string& destination, const Lead& lead) {
                                       return wants(*config_.get(), destination, lead);
                                     },
                                     [this](const std::string& destination) {
                                       return is_configured(*config_.get(), destination);
                                     }}),
      alert_log_(committer_),
      reader_(started_.store.path),
      overview_(started_.store.path),
      watch_overview_(started_.store.path),
      keeper_(upkeep_rules(started_.store), committer_, clock_),
      worker_({}, make_destinations(started_, clock_), {claims_, redrives_, client_, clock_, random_}),
      receiver_(receiver_options(started_), intake_, clock_),
      token_admin_({.access = admin::Access::token, .tokens = started_.admin.tokens},
                   {reader_, overview_, &corrections_, &redrives_, &erasures_, &given_answers_},
                   service_view(), clock_),
      open_admin_({.access = admin::Access::open, .tokens = {}},
                  {reader_, overview_, &corrections_, &redrives_, &erasures_, &given_answers_},
                  service_view(), clock_),
      receiver_server_(receiver_listener(started_.receiver), receiver_routes_),
      admin_server_(admin_listener(started_.admin), token_routes_),
      socket_server_(socket_listener(started_.store), open_routes_),
      certificate_(receiver_server_, started_.receiver, clock_),
      config_status_({started_.file, clock_.now(), {}, {}}),
      watch_(alert_options(started_),
             {[this] { return alert_facts(*config_.get(), watch_overview_, service_view()); }, alert_log_,
              alert_client_, clock_, random_}) {
  receiver_.add_routes(receiver_routes_);
  token_admin_.add_routes(token_routes_);
  open_admin_.add_routes(open_routes_);
  committer_.on_stored([this](const auto& changes) { changes_.add(changes); });
  intake_.on_accepted([this] {
    worker_.wake();
    keeper_.wake();
  });
  erasures_.on_erased([this] { keeper_.wake(); });
  corrections_.on_due([this] { worker_.wake(); });
  corrections_.on_destination([this](const std::string& name) { worker_.destination_changed(name); });
  redrives_.on_ordered([this] { worker_.redrive_ordered(); });
}

void Service::Parts::stop() {
  if (!std::exchange(running_, false)) return;
  receiving_ = false;
  watch_.stop();
  receiver_server_.stop();
  worker_.stop();
  keeper_.stop();
  // From here on nothing that people ask for holds up the end.
  drained_ = true;
  changes_.close();
  admin_server_.stop();
  socket_server_.stop();
}

void Service::Parts::start() {
  // The admin listeners are up before the receiver is: a reload has to wait for that.
  const std::lock_guard lock(reload_mutex_);
  running_ = true;
  socket_server_.start();
  admin_server_.start();
  receiver_server_.start();
  receiving_ = true;
  worker_.start();
  keeper_.start();
  watch_.start();
  const std::string scheme = started_.receiver.certificate.empty() ? "http://" : "https://";
  const ListenAddress receiver{started_.receiver.listen.host, receiver_server_.port()};
  const ListenAddress admin{started_.admin.listen.host, admin_server_.port()};
  log_info("started", {{"version", LEADSPOOL_VERSION},
                       {"receiver", scheme + to_string(receiver)},
                       {"admin", "http://" + to_string(admin)},
                       {"store", started_.store.path},
                       {"sources", started_.sources.size()},
                       {"destinations", started_.destinations.size()}});
}

admin::ServiceView Service::Parts::service_view() {
  admin::ServiceView view;
  view.sources = [this] { return describe_sources(*config_.get()); };
  view.destinations = [this] { return describe(*config_.get(), &worker_); };
  view.store_trouble = [this] {
    auto trouble = committer_.trouble();
    return trouble ? trouble : intake_.trouble();
  };
  view.certificate = [this] { return certificate_.status(); };
  view.config = [this] { return *config_status_.get(); };
  view.reload = [this] { return reload(); };
  view.new_deliveries = [this](const Lead& lead) { return new_deliveries(*config_.get(), lead); };
  add_destination_trials(view, started_.file, clock_, [this] { return drained_.load(); });
  view.commits = [this] { return committer_.timings(); };
  view.started_at = started_at_;
  view.running = true;
  view.not_ready = [this] {
    return receiving_ ? std::nullopt
                      : std::optional<std::string>("The receiver takes no leads at this moment.");
  };
  view.changes = &changes_;
  return view;
}

Service::Service(Config config) : parts_(std::make_unique<Parts>(std::move(config))) {}
Service::~Service() = default;
void Service::start() { parts_->start(); }
admin::ReloadReport Service::reload() { return parts_->reload(); }
void Service::look_after_certificate() { parts_->look_after_certificate(); }
void Service::stop() { parts_->stop(); }

}  // namespace leadspool::app
