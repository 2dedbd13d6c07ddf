#include "alert/watch.h"

#include <atomic>
#include <map>
#include <thread>
#include <utility>

#include "alert/channel.h"
#include "alert/sender.h"
#include "alert/trouble.h"
#include "alert/watched_times.h"
#include "base/current.h"
#include "base/log.h"
#include "base/wake_signal.h"

namespace leadspool::alert {
namespace {

std::string address_of(const std::optional<WebhookChannel>& channel) {
  return channel ? channel->url.reveal() : "";
}

std::string address_of(const std::optional<MailChannel>& channel) {
  std::string all;
  if (!channel) return all;
  for (const auto& recipient : channel->to) all += recipient + "\n";
  return all;
}

constexpr std::size_t kKeptNotices = 200;

outbox::ToldNotice::Kind kind_of(Notice::State state) {
  switch (state) {
    case Notice::State::raised:
      return outbox::ToldNotice::Kind::began;
    case Notice::State::still:
      return outbox::ToldNotice::Kind::goes_on;
    case Notice::State::recovered:
      return outbox::ToldNotice::Kind::over;
  }
  return outbox::ToldNotice::Kind::began;
}

SendResult write_to_log(const Notice& notice) {
  const auto level = notice.state == Notice::State::recovered       ? LogLevel::info
                     : notice.trouble.severity == Severity::warning ? LogLevel::warn
                                                                    : LogLevel::error;
  log_event(level, "alert",
            {{"state", to_string(notice.state)},
             {"name", notice.trouble.name},
             {"subject", notice.trouble.subject},
             {"since", to_rfc3339(notice.trouble.since)}});
  return Sent{};
}

}  // namespace

class Watch::Loop {
 public:
  Loop(AlertOptions options, WatchTools tools)
      : tools_(std::move(tools)),
        options_(std::move(options)),
        in_force_(options_.get()),
        sender_(tools_.client, tools_.random, wake_.fd()) {
    reach_people();
  }

  void start() {
    thread_ = std::thread([this] {
      while (!stopping_) {
        look();
        wait();
      }
    });
  }

  void reconfigure(AlertOptions options) { options_.set(std::move(options)); }

  void stop() {
    stopping_ = true;
    wake_.notify();
    if (thread_.joinable()) thread_.join();
  }

  void look() {
    try {
      look_and_tell();
      look_broke_off_ = false;
    } catch (const std::exception& failure) {
      if (!std::exchange(look_broke_off_, true)) {
        log_error("alert_look_broke_off", {{"why", failure.what()}, {"consequence", "it is tried again"}});
      }
    }
  }

 private:
  void look_and_tell() {
    if (const auto options = options_.get(); options != in_force_) {
      in_force_ = options;
      reach_people();
    }
    recall();
    auto facts = tools_.facts();
    if (recalled_ && !facts.unread_store) look_at_times(facts);
    facts.watched_since = sources_.since();
    facts.waiting_since = waiting_.since();
    if (auto& backup = facts.backup) backup->watched_since = watched_since(*backup);
    const auto troubles = find_troubles(facts, in_force_->limits, tools_.clock.now());
    const bool all_known = !facts.unread_store;
    tell(log_, troubles, all_known, [&](const Notice& notice) {
      keep(notice);
      return write_to_log(notice);
    });
    if (const auto& channel = in_force_->webhook) {
      tell(webhook_, troubles, all_known,
           [&](const Notice& notice) { return sender_.send(*channel, notice, in_force_->host); });
    }
    if (const auto& channel = in_force_->mail) {
      tell(mail_, troubles, all_known,
           [&](const Notice& notice) { return sender_.send(*channel, notice, in_force_->host); });
    }
    remember();
  }

  void tell(Channel& channel, const std::vector<Trouble>& troubles, bool all_known,
            const Channel::Send& send) {
    if (stopping_) return;
    channel.tell(troubles, all_known, send, tools_.clock);
  }

  // For people who look later. While the store is in trouble the oldest go first.
  void keep(const Notice& notice) {
    if (told_.size() == kKeptNotices) told_.erase(told_.begin());
    told_.push_back({notice.at, notice.trouble.name, kind_of(notice.state), notice.trouble.subject});
  }

  // The webhook and the recipients that are in force.
  void reach_people() {
    webhook_.reach(address_of(in_force_->webhook));
    mail_.reach(address_of(in_force_->mail));
    webhook_.try_afresh();
    mail_.try_afresh();
  }

  // Not before the store told what it remembers: what is new here need not be.
  void look_at_times(const Facts& facts) {
    using Times = std::map<std::string, std::optional<Time>>;
    const auto now = tools_.clock.now();
    Times sources;
    for (const auto& [source, limit] : in_force_->limits.silence) {
      const auto at = facts.last_received.find(source);
      sources[source] = at == facts.last_received.end() ? std::nullopt : std::optional{at->second};
    }
    sources_.look(sources, now);
    Times waiting;
    for (const auto& destination : facts.destinations) {
      const auto& oldest = destination.oldest_waiting_received_at;
      if (oldest && *oldest > now) waiting[destination.name] = oldest;
    }
    waiting_.look(waiting, now);
    Times folders;
    if (facts.backup) folders[facts.backup->folder] = std::nullopt;
    backups_.look(folders, now);
  }

  [[nodiscard]] Time watched_since(const BackupFacts& backup) const {
    const auto since = backups_.since();
    const auto at = since.find(backup.folder);
    return at == since.end() ? tools_.clock.now() : at->second;
  }

  // Reads what was told before this process began, unless that was done.
  void recall() {
    if (recalled_) return;
    const auto read = tools_.log.read_all();
    const auto* alerts = std::get_if<std::vector<outbox::ToldAlert>>(&read);
    if (alerts == nullptr) {
      complain(std::get<outbox::Failure>(read));
      return;
    }
    for (const auto& alert : *alerts) {
      remembered_[alert.name] = alert;
      // What none of them knows was told to people who are not reached any more: remember() removes it.
      static_cast<void>(log_.take_over(alert) || webhook_.take_over(alert) || mail_.take_over(alert) ||
                        sources_.take_over(alert) || waiting_.take_over(alert) || backups_.take_over(alert));
    }
    recalled_ = true;
  }

  [[nodiscard]] std::map<std::string, outbox::ToldAlert> to_remember() const {
    std::map<std::string, outbox::ToldAlert> all;
    for (const auto* channel : {&log_, &webhook_, &mail_}) {
      for (auto& alert : channel->told_alerts()) all.emplace(alert.name, alert);
    }
    for (const auto* times : {&sources_, &waiting_, &backups_}) {
      for (auto& row : times->to_remember()) all.emplace(row.name, row);
    }
    return all;
  }

  // Brings the store up to what was told; what fails is done by a later look.
  void remember() {
    if (!recalled_) return;
    auto wanted = to_remember();
    outbox::AlertChanges changes;
    for (const auto& [name, alert] : wanted) {
      const auto at = remembered_.find(name);
      if (at == remembered_.end() || at->second != alert) changes.written.push_back(alert);
    }
    for (const auto& [name, alert] : remembered_) {
      if (!wanted.contains(name)) changes.removed.push_back(name);
    }
    changes.notices = told_;
    const bool is_any = !changes.written.empty() || !changes.removed.empty() || !changes.notices.empty();
    if (is_any) {
      if (const auto failure = tools_.log.write(changes)) return complain(*failure);
    }
    remembered_ = std::move(wanted);
    told_.clear();
    complained_ = false;
  }

  void complain(const outbox::Failure& failure) {
    if (std::exchange(complained_, true)) return;
    log_warn("alerts_not_remembered",
             {{"why", failure.detail}, {"consequence", "a restart now would tell them again"}});
  }

  void wait() {
    const auto until = tools_.clock.steady_now() + kInterval;
    for (auto now = until - kInterval; now < until && !stopping_; now = tools_.clock.steady_now()) {
      tools_.client.run(until - now, wake_.fd());
    }
  }

  // Any thread.
  const WatchTools tools_;
  WakeSignal wake_;  // told once, to stop
  std::atomic<bool> stopping_{false};
  Current<AlertOptions> options_;

  // The watch's thread.
  std::shared_ptr<const AlertOptions> in_force_;
  Sender sender_;
  Channel log_{std::string(outbox::kLogChannel)};
  Channel webhook_{"webhook"};
  Channel mail_{"email"};
  WatchedTimes sources_{"watching"};
  WatchedTimes waiting_{"waiting"};
  WatchedTimes backups_{"backups"};
  std::map<std::string, outbox::ToldAlert> remembered_;  // as the store has it
  std::vector<outbox::ToldNotice> told_;                 // not in the store yet
  bool recalled_ = false;
  bool complained_ = false;
  bool look_broke_off_ = false;
  std::thread thread_;
};

Watch::Watch(AlertOptions options, WatchTools tools)
    : loop_(std::make_unique<Loop>(std::move(options), std::move(tools))) {}

Watch::~Watch() { loop_->stop(); }

void Watch::start() { loop_->start(); }
void Watch::reconfigure(AlertOptions options) { loop_->reconfigure(std::move(options)); }
void Watch::stop() { loop_->stop(); }
void Watch::look() { loop_->look(); }

}  // namespace leadspool::alert
