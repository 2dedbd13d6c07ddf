#include "app/service.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "admin/admin_api.h"
#include "admin/change_feed.h"
#include "alert/watch.h"
#include "app/alert_facts.h"
#include "app/certificate_keeper.h"
#include "app/config_change.h"
#include "app/destination_trials.h"
#include "app/part_options.h"
#include "base/clock.h"
#include "base/current.h"
#include "base/log.h"
#include "base/random.h"
#include "delivery/worker.h"
#include "http/curl_client.h"
#include "http/server.h"
#include "outbox/alert_log.h"
#include "outbox/claims.h"
#include "outbox/committer.h"
#include "outbox/corrections.h"
#include "outbox/erasures.h"
#include "outbox/given_answers.h"
#include "outbox/intake.h"
#include "outbox/overview.h"
#include "outbox/reader.h"
#include "outbox/redrives.h"
#include "outbox/store.h"
#include "receiver/receiver.h"
#include "upkeep/keeper.h"

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

std::vector<std::string> texts_of(const std::vector<ConfigError>& findings) {
  std::vector<std::string> texts;
  for (const auto& each : findings) texts.push_back(to_string(each));
  return texts;
}

}  // namespace

std::string admin_socket(const StoreConfig& store) { return store.path + ".sock"; }

// The members' order is the order of start; destruction goes the other way.
class Service::Parts {
 public:
  explicit Parts(Config config)
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

  ~Parts() { stop(); }

  void start();
  admin::ReloadReport reload();
  void look_after_certificate();

  void stop() {
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

 private:
  [[nodiscard]] admin::ServiceView service_view();
  [[nodiscard]] admin::ReloadReport refuse(std::vector<std::string> errors);
  [[nodiscard]] admin::ReloadReport take_on_anew();

  const Config started_;
  Current<Config> config_;
  SystemClock clock_;
  const Time started_at_ = clock_.now();
  SystemRandom random_;
  admin::ChangeFeed changes_;  // before the committer, which feeds it to the last
  outbox::StoreLock lock_;
  outbox::Committer committer_;
  outbox::Intake intake_;
  outbox::Claims claims_;
  outbox::Corrections corrections_;
  outbox::Erasures erasures_;
  outbox::GivenAnswers given_answers_;
  outbox::Redrives redrives_;
  outbox::AlertLog alert_log_;
  outbox::Reader reader_;
  outbox::Overview overview_;
  outbox::Overview watch_overview_;  // so that the watch holds nobody up
  http::CurlClient client_;
  http::CurlClient alert_client_;
  upkeep::Keeper keeper_;
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
  std::atomic<bool> receiving_ = false;
  std::atomic<bool> drained_ = false;

  // Held through a reload, the reading of files included.
  std::mutex reload_mutex_;
  CertificateKeeper certificate_;  // guarded by reload_mutex_, but for its status()
  Current<admin::ConfigStatus> config_status_;
  alert::Watch watch_;
};

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

admin::ReloadReport Service::Parts::reload() {
  const std::lock_guard lock(reload_mutex_);
  // Whatever goes wrong, the service goes on with what it has.
  try {
    return take_on_anew();
  } catch (const std::exception& failure) {
    return refuse({failure.what()});
  }
}

admin::ReloadReport Service::Parts::refuse(std::vector<std::string> errors) {
  for (const auto& error : errors) {
    log_error("config_refused", {{"error", error}, {"consequence", "the old configuration stays in force"}});
  }
  auto status = *config_status_.get();
  status.errors = errors;
  config_status_.set(std::move(status));
  return {.done = false, .errors = std::move(errors), .warnings = {}, .restart_needed = {}};
}

admin::ReloadReport Service::Parts::take_on_anew() {
  auto reading = read_config(started_.file, Secrets::read);
  if (const auto* errors = std::get_if<std::vector<ConfigError>>(&reading)) return refuse(texts_of(*errors));
  auto [config, restart_needed] = take_on(*config_.get(), std::get<Config>(std::move(reading)));
  admin::ReloadReport report{
      .done = true, .errors = {}, .warnings = texts_of(config.warnings), .restart_needed = restart_needed};
  admin::ConfigStatus status{config.file, clock_.now(), {}, std::move(restart_needed)};
  auto destinations = make_destinations(config, clock_);
  auto receiver = receiver_options(config);

  // The last one that can refuse; after it all goes through.
  certificate_.take_on(config.receiver);
  set_log_level(config.log.level);
  intake_.set_minimum_free(minimum_free_bytes(config.store));
  token_admin_.set_tokens(config.admin.tokens);
  worker_.reconfigure(std::move(destinations));
  keeper_.reconfigure(upkeep_rules(config.store));
  receiver_.reconfigure(std::move(receiver));
  watch_.reconfigure(alert_options(config));
  log_info("reloaded", {{"file", config.file},
                        {"sources", config.sources.size()},
                        {"destinations", config.destinations.size()}});
  for (const auto& warning : report.warnings) log_warn("config", {{"warning", warning}});
  for (const auto& key : report.restart_needed) log_warn("restart_needed", {{"key", key}});
  config_status_.set(std::move(status));
  config_.set(std::move(config));
  return report;
}

void Service::Parts::look_after_certificate() {
  // A reload that is under way looks at the certificate itself, and must not hold up the caller.
  const std::unique_lock lock(reload_mutex_, std::try_to_lock);
  if (lock) certificate_.look();
}

Service::Service(Config config) : parts_(std::make_unique<Parts>(std::move(config))) {}
Service::~Service() = default;
void Service::start() { parts_->start(); }
admin::ReloadReport Service::reload() { return parts_->reload(); }
void Service::look_after_certificate() { parts_->look_after_certificate(); }
void Service::stop() { parts_->stop(); }

}  // namespace leadspool::app
