#include "app/status_page.h"

#include <cstdint>

#include <nlohmann/json.hpp>

#include "app/destination_page.h"
#include "app/text_table.h"
#include "lead/lead.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::ordered_json;

std::string text_or_dash(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.get<std::string>() : value.dump();
}

std::string line_of(std::string name, const std::string& text) {
  name.resize(13, ' ');
  return name + printable(text) + "\n";
}

// "of them 3 test, 1 quarantined": what is not simply delivered.
std::string dispositions_line(const Json& counts) {
  std::string text;
  for (const auto& [disposition, count] : counts.items()) {
    if (count == 0 || disposition == to_string(Disposition::deliver)) continue;
    text += (text.empty() ? "of them " : ", ") + count.dump() + " " + disposition;
  }
  return text.empty() ? text : line_of("", text);
}

std::string certificate_line(const Json& certificate) {
  if (certificate.is_null()) return {};
  const auto days = certificate["days_left"].get<std::int64_t>();
  const std::string which = text_or_dash(certificate["file"]) + " is valid until " +
                            text_or_dash(certificate["valid_until"]) + ", " + std::to_string(days) +
                            (days == 1 ? " day left" : " days left");
  std::string text;
  if (days < 0) {
    text = line_of("EXPIRED", "the certificate " + text_or_dash(certificate["file"]) + " was valid until " +
                                  text_or_dash(certificate["valid_until"]) + ": no lead comes in; renew it");
  } else if (days < kExpiresSoon.count()) {
    text = line_of("WARNING", "the certificate " + which + ": renew it");
  } else {
    text = line_of("Certificate", which);
  }
  if (const auto& problem = certificate["problem"]; !problem.is_null()) {
    text += line_of("TROUBLE", "a newer certificate is not served: " + text_or_dash(problem));
  }
  return text;
}

std::string config_lines(const Json& config) {
  if (config.is_null()) return {};
  std::string text;
  if (!config["errors"].empty()) {
    text += line_of("TROUBLE", "the last reload was refused; the configuration of " +
                                   text_or_dash(config["loaded_at"]) + " is in force");
    for (const auto& error : config["errors"]) text += line_of("", text_or_dash(error));
  }
  std::string keys;
  for (const auto& key : config["restart_needed"]) keys += (keys.empty() ? "" : ", ") + text_or_dash(key);
  return text + (keys.empty() ? keys : line_of("RESTART", "takes a restart to be in force: " + keys));
}

std::string unrouted_line(const Json& count) {
  if (count == 0) return {};
  return line_of("UNROUTED",
                 count.dump() +
                     (count == 1 ? " lead that no destination wants" : " leads that no destination wants") +
                     ": `leadspool leads list --unrouted`;") +
         line_of("",
                 "`leadspool leads revise` or `leads redrive --destination --since` sends them, "
                 "`leads discard` gives them up");
}

}  // namespace

std::string status_text(const std::string& json) {
  const auto status = Json::parse(json);
  const auto& age = status["oldest_undelivered_age_s"];
  std::string text = line_of("Service", status["running"].get<bool>() ? "running" : "not running");
  text += line_of("Leads",
                  status["leads"].dump() + ", the last one at " + text_or_dash(status["last_received_at"]));
  text += dispositions_line(status["dispositions"]) + unrouted_line(status["unrouted"]);
  text += line_of("Undelivered",
                  age.is_null() ? "none" : "the oldest waits for " + span_text(age.get<std::int64_t>()));
  text += line_of("Store", std::to_string(status["store"]["bytes"].get<std::int64_t>() / 1024) + " KiB");
  if (const auto& trouble = status["store"]["trouble"]; !trouble.is_null()) {
    text += line_of("TROUBLE", "nothing can be stored: " + text_or_dash(trouble));
  }
  text += certificate_line(status["certificate"]) + config_lines(status["config"]);
  return text + "\n" + destinations_text(json);
}

std::string dead_letters_text(const std::string& json) {
  const auto answer = Json::parse(json);
  if (answer["groups"].empty()) return "There are no dead letters.\n";
  // The cause stands last and whole: a redrive of the group takes it as it is here.
  TextTable table({"COUNT", "DESTINATION", "FIRST", "LAST", "SAMPLE", "CAUSE"});
  for (const auto& group : answer["groups"]) {
    table.add({group["count"].dump(), group["destination"], group["first"], group["last"], group["sample"],
               group["cause"]});
  }
  return table.to_string() +
         "\n`leadspool leads show SAMPLE` tells what happened. When it is mended,\n"
         "`leadspool leads redrive --cause CAUSE --destination DESTINATION` tries the group again,\n"
         "`leadspool leads redrive ID` one lead.\n";
}

}  // namespace leadspool::app
