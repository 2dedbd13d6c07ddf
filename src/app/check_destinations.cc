#include "app/check_destinations.h"

#include <exception>
#include <future>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "app/admin_call.h"
#include "app/shell_word.h"

namespace leadspool::app {
namespace {

using Json = nlohmann::json;

constexpr const char* kName = "destination";

std::string title_of(const DestinationConfig& destination) {
  return "destination " + destination.name + " (" + destination.type + ")";
}

// Where the configuration names what is to be changed.
std::string mend_of(const CheckScope& scope, const DestinationConfig& destination, const std::string& setting,
                    bool is_address = false) {
  if (setting.empty()) return our_command(scope, "destinations test " + shell_word(destination.name));
  return std::string(is_address ? "start that server, if it is down; else " : "") + "mend `" + setting +
         "` of the destination " + destination.name + in_the_file(scope);
}

void check_settings(const CheckScope& scope, const DestinationConfig& destination, Findings& findings) {
  const auto& ca_file = destination.connector.ca_file;
  if (!ca_file.empty() && access(ca_file.c_str(), R_OK) != 0) {
    findings.fail(kName, title_of(destination) + ": cannot read ca_file " + ca_file,
                  "set `ca_file` to a PEM bundle that can be read" + in_the_file(scope));
  } else if (destination.connector.without_tls) {
    findings.warn(kName, title_of(destination) + " is on this machine, without TLS",
                  "fine for a simulated CRM, or a server of your own here");
  }
}

// A finding for each step that failed; one for all of them when none did.
void tell(const CheckScope& scope, const DestinationConfig& destination, const Json& answer,
          Findings& findings) {
  bool failed = false;
  std::string known;
  std::string unknown;
  for (const auto& step : answer["steps"]) {
    const auto verdict = step["verdict"].get<std::string>();
    const auto said = step["what"].get<std::string>() + ": " + step["detail"].get<std::string>();
    const auto& setting = step["setting"];
    if (verdict == "failed") {
      failed = true;
      findings.fail(kName, title_of(destination) + ": " + said,
                    mend_of(scope, destination, setting.is_string() ? setting.get<std::string>() : "",
                            step["what"] == "address"));
    } else if (verdict == "passed") {
      known += (known.empty() ? "" : ", ") + step["what"].get<std::string>();
    } else if (unknown.empty()) {
      unknown = said;
    }
  }
  if (failed) return;
  if (known.empty() && !unknown.empty()) {
    findings.warn(kName, title_of(destination) + " could not be tested: " + unknown,
                  "nothing, if that passes; " + mend_of(scope, destination, "") + " tests it again");
  } else {
    findings.ok(kName, title_of(destination) + " passes its test: " + known);
  }
}

AdminReply test(const Config& config, const std::string& name) {
  return call_admin(config,
                    {.method = "POST", .path = {"destinations", name, "test"}, .query = {}, .body = {}});
}

}  // namespace

void check_destinations(const CheckScope& scope, Findings& findings) {
  const auto& destinations = scope.config.destinations;
  if (destinations.empty()) {
    findings.warn("destinations", "there are no destinations: leads are kept, and go nowhere",
                  "add a [[destination]]" + in_the_file(scope));
  }
  std::vector<std::future<AdminReply>> replies;
  // A service that is silent would be silent about its tests too.
  const bool tests = scope.calls_out && !scope.silent;
  if (tests) {
    for (const auto& each : destinations)
      replies.push_back(std::async(std::launch::async, test, std::cref(scope.config), each.name));
  }
  for (std::size_t i = 0; i < destinations.size(); ++i) {
    check_settings(scope, destinations[i], findings);
    if (!tests) {
      findings.ok(kName, title_of(destinations[i]) + ", not tested");
      continue;
    }
    try {
      const auto reply = replies[i].get();
      if (reply.is_good()) {
        tell(scope, destinations[i], Json::parse(reply.body), findings);
      } else {
        findings.fail(kName, title_of(destinations[i]) + " could not be tested: " + reply.body,
                      mend_of(scope, destinations[i], ""));
      }
    } catch (const std::exception& failure) {
      findings.fail(kName, title_of(destinations[i]) + " could not be tested: " + failure.what(),
                    mend_of(scope, destinations[i], ""));
    }
  }
}

}  // namespace leadspool::app
