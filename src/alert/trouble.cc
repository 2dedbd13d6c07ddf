#include "alert/trouble.h"

#include <algorithm>

#include "alert/store_trouble.h"

namespace leadspool::alert {
namespace {

constexpr std::chrono::hours kDay{24};

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string dead_subject(const DestinationFacts& destination) {
  return destination.name + " has " + counted(destination.dead, "dead letter", "dead letters");
}

Trouble dead_letters(const DestinationFacts& destination, Time now) {
  Trouble trouble;
  trouble.name = "dead_letters/" + destination.name;
  trouble.severity = Severity::critical;
  trouble.since = destination.first_dead_at.value_or(now);
  trouble.degree = destination.dead;
  trouble.remind_after = kDay;
  trouble.subject = dead_subject(destination);
  trouble.text = "Leadspool has stopped trying to deliver " + counted(destination.dead, "lead", "leads") +
                 " to " + destination.name +
                 ". None is lost, but none goes out again by itself.\n"
                 "What to do: `leadspool dead` shows why, grouped by cause. Mend the cause, then "
                 "`leadspool leads redrive --destination " +
                 destination.name + "` tries them again.";
  return trouble;
}

std::string last_failure(const DestinationFacts& destination) {
  const auto& reason = destination.record.health.reason;
  return reason.empty() ? "" : " The last failure: " + reason + ".";
}

Trouble not_working(const DestinationFacts& destination) {
  const auto& health = destination.record.health;
  Trouble trouble;
  trouble.name = "destination/" + destination.name;
  trouble.since = health.since;
  trouble.growth_is_told_at_once = true;
  // It is not probed then, so nobody knows how it is.
  trouble.known_to_people = destination.record.pause.has_value();
  if (health.condition == leadspool::Condition::down) {
    trouble.subject = destination.name + " is down";
    trouble.text = "One try after another fails, so " + destination.name +
                   " is probed now and then with one lead only." + last_failure(destination) +
                   "\nThe leads wait, and go out by themselves once it is back.\n"
                   "What to do: see whether it is up and can be reached from here. `leadspool destinations "
                   "list` shows the next probe, `leadspool destinations resume " +
                   destination.name + "` tries at once.";
  } else {
    trouble.severity = Severity::critical;
    trouble.degree = 2;
    trouble.subject = destination.name + " is misconfigured";
    trouble.text =
        destination.name +
        " refuses every lead for a reason that is no lead's own: credentials, permissions, the "
        "address or its certificate." +
        last_failure(destination) +
        "\nThe leads wait, and no attempt is counted. It is probed every 5 minutes, and goes on by "
        "itself once that succeeds.\n"
        "What to do: mend the secret, the permission or the address, there or in the "
        "configuration; `leadspool reload` if the configuration changed; then `leadspool "
        "destinations resume " +
        destination.name + "`.";
  }
  return trouble;
}

// Why leads wait, and what to do about it.
std::string reason_to_wait(const DestinationFacts& destination) {
  const auto& name = destination.name;
  if (!destination.configured) {
    return name +
           " is not in the configuration any more, so nothing goes there.\n"
           "What to do: put it back and `leadspool reload`, or give the deliveries up: `leadspool leads list "
           "--destination " +
           name + " --state pending` shows them, `leadspool leads discard ID --destination " + name +
           "` ends one.";
  }
  if (const auto& pause = destination.record.pause) {
    return name + " was paused by " + pause->by + " at " + to_rfc3339(pause->at) +
           (pause->reason.empty() ? "" : ": " + pause->reason) +
           ".\nWhat to do: `leadspool destinations resume " + name + "` when the reason is gone.";
  }
  if (destination.record.health.condition != leadspool::Condition::working) {
    return name + " does not work at present." + last_failure(destination) +
           "\nWhat to do: `leadspool destinations list` shows how it is, and when it is probed next.";
  }
  return "What to do: `leadspool leads list --destination " + name +
         " --state pending` shows what waits; `leadspool leads show ID` shows what each try met.";
}

Trouble undelivered(const DestinationFacts& destination, Time waits_since, Milliseconds limit) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(limit).count();
  Trouble trouble;
  trouble.name = "undelivered/" + destination.name;
  trouble.since = waits_since + limit;
  // A person who paused it knows.
  if (destination.record.pause) trouble.remind_after = kDay;
  trouble.subject =
      "leads for " + destination.name + " wait longer than " + counted(minutes, "minute", "minutes");
  trouble.text = "The oldest lead that " + destination.name + " has not got waits since " +
                 to_rfc3339(waits_since) + ". " + reason_to_wait(destination);
  return trouble;
}

Trouble silent(const std::string& source, std::chrono::hours limit, Time last, bool ever) {
  Trouble trouble;
  trouble.name = "silence/" + source;
  trouble.since = last;
  trouble.remind_after = kDay;
  trouble.subject = "no lead from " + source + " for " + counted(limit.count(), "hour", "hours");
  trouble.text =
      (ever ? "The last lead from " + source + " came at " + to_rfc3339(last) + "."
            : source + " has not sent any lead since " + to_rfc3339(last) + ".") +
      "\nWhat to do: `leadspool send URL` with the lead URL of " + source +
      " shows whether leads can come in from outside; then see whether the URL in Partner Center is "
      "still that one. If so few leads are usual, raise silence_hours of the [[source]].";
  return trouble;
}

Trouble ending_certificate(const CertificateFacts& certificate, Time now) {
  const bool expired = certificate.valid_until <= now;
  Trouble trouble;
  trouble.name = "certificate";
  trouble.severity = expired ? Severity::critical : Severity::warning;
  trouble.degree = expired ? 2 : 1;
  trouble.growth_is_told_at_once = true;
  trouble.since = expired ? certificate.valid_until : now;
  if (!expired) trouble.remind_after = kDay;
  const auto days = std::chrono::floor<std::chrono::days>(certificate.valid_until - now).count();
  trouble.subject =
      expired ? "the certificate has expired" : "the certificate expires in " + counted(days, "day", "days");
  trouble.text =
      "The certificate " + certificate.file + (expired ? " was" : " is") + " valid until " +
      to_rfc3339(certificate.valid_until) +
      (expired ? ", so the marketplace cannot deliver any lead." : ".") +
      "\nWhat to do: renew it, and put the new one in the place of these files; it is taken within "
      "seconds.";
  return trouble;
}

Trouble refused_certificate(const CertificateFacts& certificate, Time now) {
  Trouble trouble;
  trouble.name = "certificate_refused";
  trouble.since = now;
  trouble.remind_after = kDay;
  trouble.subject = "a newer certificate is not taken";
  trouble.text =
      "The files of the certificate have changed, but what they hold is of no use: " + certificate.problem +
      ".\nThe one before stays in use until " + to_rfc3339(certificate.valid_until) +
      ".\nWhat to do: put a certificate and the key that belongs to it there.";
  return trouble;
}

Trouble unrouted(std::int64_t count, Time now) {
  Trouble trouble;
  trouble.name = "unrouted";
  trouble.since = now;
  trouble.degree = count;
  trouble.remind_after = kDay;
  trouble.subject = "no destination wants " + counted(count, "lead", "leads");
  trouble.text =
      counted(count, "lead was", "leads were") +
      " stored that no [[destination]] wants by its `when`, so nobody gets them.\n"
      "What to do: `leadspool leads list --unrouted` shows them. If a destination should have them, widen "
      "its `when` or add it, `leadspool reload`, then `leadspool leads redrive --destination NAME --since "
      "TIME`. If a lead itself is wrong, `leadspool leads revise ID --set FIELD=VALUE`. If nobody is to have "
      "it, `leadspool leads discard ID`.";
  return trouble;
}

// From `times`, or `now`, as which also counts what lies in the future.
Time known_or(Time now, const std::map<std::string, Time>& times, const std::string& name) {
  const auto at = times.find(name);
  return at == times.end() ? now : std::min(at->second, now);
}

void find_in_store(const Facts& facts, const Limits& limits, Time now, std::vector<Trouble>& found) {
  for (const auto& destination : facts.destinations) {
    if (destination.dead > 0) found.push_back(dead_letters(destination, now));
    const bool works = destination.record.health.condition == leadspool::Condition::working;
    if (destination.configured && !works) found.push_back(not_working(destination));
    if (limits.oldest_undelivered <= Milliseconds{0} || !destination.oldest_waiting_received_at) continue;
    const Time oldest = *destination.oldest_waiting_received_at;
    const Time waits_since = oldest <= now ? oldest : known_or(now, facts.waiting_since, destination.name);
    if (now - waits_since >= limits.oldest_undelivered) {
      found.push_back(undelivered(destination, waits_since, limits.oldest_undelivered));
    }
  }
  if (facts.unrouted > 0) found.push_back(unrouted(facts.unrouted, now));
}

void find_silence(const Facts& facts, const Limits& limits, Time now, std::vector<Trouble>& found) {
  for (const auto& [source, limit] : limits.silence) {
    const auto last = facts.last_received.find(source);
    const bool is_known = last != facts.last_received.end() && last->second <= now;
    const Time since = is_known ? last->second : known_or(now, facts.watched_since, source);
    if (now - since >= limit) found.push_back(silent(source, limit, since, is_known));
  }
}

}  // namespace

std::string_view to_string(Severity severity) {
  return severity == Severity::critical ? "critical" : "warning";
}

std::vector<Trouble> find_troubles(const Facts& facts, const Limits& limits, Time now) {
  std::vector<Trouble> found;
  find_store_troubles(facts, limits, now, found);
  if (const auto& certificate = facts.certificate) {
    if (certificate->valid_until - now < limits.certificate_expires_soon || certificate->valid_until <= now) {
      found.push_back(ending_certificate(*certificate, now));
    }
    if (!certificate->problem.empty()) found.push_back(refused_certificate(*certificate, now));
  }
  if (!facts.unread_store) {
    find_in_store(facts, limits, now, found);
    find_silence(facts, limits, now, found);
  }
  // What began while the clock ran ahead.
  for (auto& trouble : found) trouble.since = std::min(trouble.since, now);
  return found;
}

}  // namespace leadspool::alert
