#include "simulation/people.h"

#include "base/digest.h"
#include "outbox/overview.h"

namespace leadspool::simulation {
namespace {

using namespace std::chrono_literals;
using outbox::Corrected;

constexpr std::string_view kSource = "marketplace";
// So that they are not the rule.
int most_of(Oddity oddity) {
  return oddity == Oddity::breaks_500 ? 1 : oddity == Oddity::forbidden_403 ? 2 : 5;
}

std::string word(Act act) {
  return act == Act::redrive ? "redrive" : act == Act::discard ? "discard" : "release";
}

}  // namespace

void People::send_leads() {
  const bool one_by_one = world_.dice.chance(50);
  for (int i = world_.dice.between(1, 5); i > 0; --i) send(draw_oddity(), false, one_by_one);
}

std::string People::send_good_lead() { return send(Oddity::none, true, false); }

Oddity People::draw_oddity() {
  if (!world_.dice.chance(10)) return Oddity::none;
  const auto oddity = static_cast<Oddity>(world_.dice.between(1, 3));
  return world_.ledger.count(oddity) < most_of(oddity) ? oddity : Oddity::none;
}

std::string People::send(Oddity oddity, bool is_plain, bool is_checked) {
  Dice& dice = world_.dice;
  const std::string number = std::to_string(++lead_count_);
  outbox::NewLead lead{.source = std::string(kSource), .fields = {.last_name = "Number " + number}};
  lead.receipt.payload = R"({"number":)" + number + "}";
  lead.receipt.payload_sha256 = sha256(lead.receipt.payload);
  lead.receipt.headers_json = "{}";
  lead.receipt.remote_address = "127.0.0.1";
  lead.dedupe_window = 1h;
  const bool comes_again = !is_plain && lead_count_ > 1 && dice.chance(8);
  lead.content_sha256 =
      sha256("content " + std::to_string(comes_again ? dice.between(1, lead_count_ - 1) : lead_count_));
  for (const auto& settings : world_.settings) {
    if (!is_plain && !lead.deliveries.empty() && dice.chance(15)) continue;
    lead.deliveries.push_back({settings.name, std::nullopt});
    if (!is_plain && dice.chance(5)) lead.deliveries.back().held_reason = "a person is to look at it";
  }

  std::vector<std::string> at_once;
  for (const auto& delivery : lead.deliveries) {
    if (!delivery.held_reason && world_.watch.nothing_hinders(delivery.destination)) {
      at_once.push_back(delivery.destination);
    }
  }
  const auto result = world_.life->intake.accept(lead);
  const auto& accepted = std::get<outbox::Accepted>(result);
  LedgerLead entry{.key = to_string(accepted.id), .id = accepted.id, .oddity = oddity};
  for (const auto& delivery : lead.deliveries) {
    entry.deliveries[delivery.destination].held = delivery.held_reason || accepted.duplicate_of;
  }
  const std::string key = entry.key;
  world_.ledger.add(std::move(entry));
  world_.trace.step("lead " + number + " " + key + (oddity == Oddity::none ? "" : ", an odd one") +
                    (accepted.duplicate_of ? ", a duplicate" : ""));
  if (!is_checked) return key;
  const int lives = world_.lives();
  world_.settle();
  if (world_.lives() != lives || accepted.duplicate_of) return key;
  for (const auto& destination : at_once) {
    if (world_.ledger.find(destination, key)->begun > 0) continue;
    world_.trace.broken("at once", destination + ": nothing hinders " + key + ", and it waits");
  }
  return key;
}

void People::correct(Act act) {
  if (world_.ledger.is_empty()) return;
  correct(act, world_.ledger.any(world_.dice));
}

void People::correct(Act act, const LedgerLead& lead) {
  auto& corrections = world_.life->corrections;
  const outbox::Order order{"a person", "as an exercise"};
  const auto result = act == Act::redrive   ? corrections.redrive(lead.id, std::nullopt, order)
                      : act == Act::discard ? corrections.discard(lead.id, std::nullopt, order)
                                            : corrections.release(lead.id, std::nullopt, order);
  const auto* const corrected = std::get_if<Corrected>(&result);
  if (corrected == nullptr) return;
  for (const auto& destination : corrected->destinations) {
    world_.trace.step("a person: " + word(act) + " " + destination + ", " + lead.key);
    auto& delivery = *world_.ledger.find(destination, lead.key);
    if (act == Act::discard) delivery.discarded = true;
    if (act == Act::release) delivery.held = false;
    if (act == Act::redrive) {
      delivery.may_come_twice = true;
      world_.watch.redriven(destination, lead.key);
    }
  }
}

void People::act_hastily() {
  for (const auto& settings : world_.settings) {
    pause(settings.name);
    resume(settings.name);
  }
  for (const auto& [key, lead] : world_.ledger.leads()) correct(Act::redrive, lead);
}

void People::pause(const std::string& destination) {
  const auto result =
      world_.life->corrections.pause(destination, {"a person", "pause " + std::to_string(lead_count_)});
  if (!std::holds_alternative<DestinationRecord>(result)) return;
  world_.trace.step("a person pauses " + destination);
  paused_.insert(destination);
  world_.watch.paused(destination);
}

void People::resume(const std::string& destination) {
  const auto result = world_.life->corrections.resume(destination, {"a person", "go on"});
  if (!std::holds_alternative<DestinationRecord>(result)) return;
  world_.trace.step("a person resumes " + destination);
  paused_.erase(destination);
  world_.watch.resumed(destination);
}

void People::resume_what_was_paused() {
  const bool all = world_.dice.chance(50);
  for (const auto& settings : world_.settings) {
    if (all || paused_.contains(settings.name)) resume(settings.name);
  }
  if (!paused_.empty()) world_.trace.broken("pause", *paused_.begin() + " cannot be resumed");
}

void People::order_redrive() {
  Dice& dice = world_.dice;
  outbox::NewRedrive redrive;
  if (dice.chance(60)) {
    redrive.filter.destination = dice.pick(world_.settings).name;
    redrive.filter.with_missing = dice.chance(30);
  }
  redrive.canary = dice.pick(std::vector{0, 0, 1, 3});
  if (dice.chance(40)) redrive.rate_per_second = dice.pick(std::vector{0.1, 1.0, 5.0});
  if (dice.chance(40)) redrive.stop_after_failures = dice.between(1, 3);
  const auto result = world_.life->redrives.order(redrive, {"a person", "as an exercise"});
  if (std::holds_alternative<outbox::NothingToRedrive>(result)) return;
  const auto& ordered = std::get<outbox::RedriveView>(result);
  world_.trace.step("a person redrives " + std::to_string(ordered.total) + " of " +
                    redrive.filter.destination.value_or("all") +
                    (redrive.filter.with_missing ? ", with missing ones" : ""));
  redrives_.push_back(ordered.id);
  const std::string destination = redrive.filter.destination.value_or("");
  world_.watch.redriven(destination, "");
  world_.ledger.note_redriven(destination);
}

void People::cancel_redrive() {
  if (redrives_.empty()) return;
  const auto result = world_.life->redrives.cancel(redrives_.back(), {"a person", "enough"});
  if (!std::holds_alternative<outbox::RedriveView>(result)) return;
  world_.trace.step("a person cancels the last redrive");
  cancelled_.insert(redrives_.back());
}

std::set<Oddity> People::waiting() {
  std::set<Oddity> oddities;
  for (const auto& key : world_.waiting()) oddities.insert(world_.ledger.oddity_of(key));
  return oddities;
}

bool People::has_open_redrives() {
  bool any = false;
  world_.life->redrives.open([&](const auto& open) { any = !std::get<0>(open).empty(); });
  return any;
}

void People::check_redrives() {
  const auto views = outbox::Overview(world_.path()).redrives(100);
  if (views.size() != redrives_.size()) world_.trace.broken("redrives", "one is missing");
  for (const auto& view : views) {
    const std::string name = "a redrive that " + std::string(to_string(view.state));
    if (view.redriven > view.total) world_.trace.broken("redrives", name + " took more than there were");
    const bool was_cancelled = view.state == outbox::RedriveState::cancelled;
    if (was_cancelled != cancelled_.contains(view.id)) world_.trace.broken("redrives", name + " by nobody");
    const bool may_stop = view.order.canary > 0 || view.order.stop_after_failures;
    if (view.state == outbox::RedriveState::stopped && !may_stop) {
      world_.trace.broken("redrives", name + " without a reason: " + view.ended_why);
    }
  }
}

void People::check_good_leads() {
  for (const auto& lead : world_.waiting()) {
    if (world_.ledger.oddity_of(lead) != Oddity::none) continue;
    world_.trace.broken("I2", lead + " still waits, and nothing hinders it");
  }
}

}  // namespace leadspool::simulation
