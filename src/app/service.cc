#include "app/service.h"

#include <optional>
#include <utility>

#include "app/alert_facts.h"
#include "app/backup_view.h"
#include "app/destination_trials.h"
#include "app/part_options.h"
#include "app/service_manager.h"
#include "app/service_parts.h"
#include "base/log.h"

namespace leadspool::app {
namespace {

// No step of the committer or the worker takes so long on a machine that works.
constexpr std::chrono::seconds kLongestStep{15};
// Those who connect meanwhile wait for the next process.
constexpr std::chrono::seconds kParting{3};

std::string in_seconds(Milliseconds span) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(span).count()) + " s";
}

// "0.0.0.0" and "::" are the same: all there are.
bool is_same(const ListenAddress& configured, const ListenAddress& real) {
  const auto host = [](const ListenAddress& address) {
    if (address.host == "localhost") return std::string("127.0.0.1");
    return address.host == "0.0.0.0" ? std::string("::") : address.host;
  };
  return configured.port == real.port && host(configured) == host(real);
}

outbox::CommitterOptions committer_options(const Config& config) {
  tell_doing("Opens the store; one of an older version is brought up to date first, which may take minutes.");
  // A new file must be on disk before the connection that writes it is opened.
  const auto report = outbox::migrate(config.store.path);
  if (report.from != report.to) {
    log_info("migrated", {{"store", config.store.path}, {"from", report.from}, {"to", report.to}});
  }
  outbox::CommitterOptions options;
  options.path = config.store.path;
  return options;
}

http::ServerOptions receiver_listener(const ReceiverConfig& receiver, std::optional<int> socket) {
  auto options = receiver_listener(receiver);
  if (!socket) return options;
  options.inherited_socket = *socket;
  options.parting = kParting;
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

Service::Parts::Parts(Config config, std::optional<int> receiver_socket)
    : started_(std::move(config)),
      receiver_socket_(receiver_socket),
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
      backups_(backup_rules(started_), committer_, clock_),
      worker_({}, make_destinations(started_, clock_), {claims_, redrives_, client_, clock_, random_}),
      receiver_(receiver_options(started_), intake_, clock_),
      token_admin_({.access = admin::Access::token, .tokens = started_.admin.tokens},
                   {reader_, overview_, &corrections_, &redrives_, &erasures_, &given_answers_},
                   service_view(), clock_),
      open_admin_({.access = admin::Access::open, .tokens = {}},
                  {reader_, overview_, &corrections_, &redrives_, &erasures_, &given_answers_},
                  service_view(), clock_),
      receiver_server_(receiver_listener(started_.receiver, receiver_socket_), receiver_routes_),
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
  tell_doing("Waits for the deliveries in progress, at most 25 seconds; leads still come in.");
  worker_.stop();
  tell_doing("Ends.");
  receiver_server_.stop();
  keeper_.stop();
  backups_.stop();
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
  backups_.start();
  watch_.start();
  tell_started();
}

void Service::Parts::tell_started() const {
  const std::string scheme = started_.receiver.certificate.empty() ? "http://" : "https://";
  const ListenAddress receiver{receiver_server_.address(), receiver_server_.port()};
  const ListenAddress admin{started_.admin.listen.host, admin_server_.port()};
  log_info("started", {{"version", LEADSPOOL_VERSION},
                       {"receiver", scheme + to_string(receiver)},
                       {"admin", "http://" + to_string(admin)},
                       {"store", started_.store.path},
                       {"sources", started_.sources.size()},
                       {"destinations", started_.destinations.size()}});
  if (receiver_socket_ && !is_same(started_.receiver.listen, receiver)) {
    log_warn(
        "listen_not_used",
        {{"configured", to_string(started_.receiver.listen)},
         {"in_use", to_string(receiver)},
         {"why", "the service manager hands the receiver its socket; change the socket unit, or `listen`"}});
  }
  tell_doing("Receives leads at " + scheme + to_string(receiver) + ".");
}

std::optional<std::string> Service::Parts::slow_write(Milliseconds longer_than) const {
  const auto busy = committer_.busy_for();
  if (busy <= longer_than) return std::nullopt;
  return "a write to the store has taken " + in_seconds(busy) + " by now; its disk hangs";
}

std::optional<std::string> Service::Parts::stuck(Milliseconds longer_than) const {
  if (auto slow = slow_write(longer_than)) return slow;
  const auto busy = worker_.busy_for();
  if (busy <= longer_than) return std::nullopt;
  return "the deliveries have not moved on for " + in_seconds(busy);
}

std::optional<std::string> Service::Parts::not_ready() const {
  if (!receiving_) return "The receiver takes no leads at this moment.";
  return stuck(kLongestStep);
}

admin::ServiceView Service::Parts::service_view() {
  admin::ServiceView view;
  view.sources = [this] { return describe_sources(*config_.get()); };
  view.destinations = [this] { return describe(*config_.get(), &worker_); };
  view.store_trouble = [this] {
    if (auto trouble = committer_.trouble()) return trouble;
    if (auto slow = slow_write(kLongestStep)) return slow;
    return intake_.trouble();
  };
  view.certificate = [this] { return certificate_.status(); };
  view.config = [this] { return *config_status_.get(); };
  view.reload = [this] { return reload(); };
  view.new_deliveries = [this](const Lead& lead) { return new_deliveries(*config_.get(), lead); };
  add_destination_trials(view, started_.file, clock_, [this] { return drained_.load(); });
  add_backups(view, backups_);
  view.commits = [this] { return committer_.timings(); };
  view.started_at = started_at_;
  view.running = true;
  view.not_ready = [this] { return not_ready(); };
  view.changes = &changes_;
  return view;
}

Service::Service(Config config, std::optional<int> receiver_socket)
    : parts_(std::make_unique<Parts>(std::move(config), receiver_socket)) {}
Service::~Service() = default;
void Service::start() { parts_->start(); }
admin::ReloadReport Service::reload() { return parts_->reload(); }
void Service::look_after_certificate() { parts_->look_after_certificate(); }
std::optional<std::string> Service::stuck(Milliseconds longer_than) const {
  return parts_->stuck(longer_than);
}
void Service::stop() { parts_->stop(); }

}  // namespace leadspool::app
