// config/leadspool.toml: what it shows is right, and the defaults that it tells are the defaults.
#include <cctype>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <stdlib.h>
#include <sys/stat.h>

#include "app/config_file.h"
#include "app/connector_types.h"
#include "app/smallest_destinations.h"
#include "support/catch.h"

namespace leadspool::app {

using test::ConfigFile;
using test::contains;
using test::kSource;

namespace {

std::vector<std::string> documented_lines() {
  std::ifstream file(LEADSPOOL_SOURCE_DIR "/config/leadspool.toml");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// "path" of `path = 1` and of `#path = 1`; empty for anything else.
std::string key_of(const std::string& line) {
  const auto begin = line.starts_with('#') ? 1u : 0u;
  auto end = begin;
  while (end < line.size() && (std::islower(static_cast<unsigned char>(line[end])) != 0 || line[end] == '_' ||
                               std::isdigit(static_cast<unsigned char>(line[end])) != 0))
    ++end;
  return line.compare(end, 3, " = ") == 0 ? line.substr(begin, end - begin) : "";
}

// The file with every key of one type switched on. Of keys that stand there several times the `choice`th, or
// the last, is taken; those in `without` stay off.
std::string switched_on(const std::string& type, std::size_t choice, const std::set<std::string>& without) {
  const auto lines = documented_lines();
  const std::string own_heading = "# ----- type = \"" + type + "\"";
  std::string section;
  std::string url;
  std::map<std::string, std::size_t> seen;
  std::vector<std::string> chosen;
  std::map<std::string, std::size_t> place_of;  // in `chosen`
  for (const auto& line : lines) {
    if (line.starts_with("[")) section = line;
    if (line.starts_with("# ----- ")) section = line;
    if (line.starts_with(own_heading)) {
      const auto begin = line.find("url = ");
      if (begin != std::string::npos) url = line.substr(begin, line.find('"', begin + 7) + 1 - begin);
    }
    const bool of_another_type = section.starts_with("# ----- type = ") && !section.starts_with(own_heading);
    const auto key = key_of(line);
    if (key.empty() || of_another_type) {
      if (line.starts_with("[")) chosen.push_back(line);
      if (line.starts_with("[")) place_of.clear(), seen.clear();
      continue;
    }
    if (without.contains(key)) continue;
    auto text = line.starts_with('#') ? line.substr(1) : line;
    if (key == "type") text = "type = \"" + type + "\"";
    if (key == "url" && type != "webhook") continue;
    if (seen[key]++ == 0) {
      place_of[key] = chosen.size();
      chosen.push_back(text);
    } else if (seen[key] <= choice + 1) {
      chosen[place_of[key]] = text;
    }
  }
  if (!url.empty() && type != "webhook") chosen.push_back(url);
  return text_of(chosen);
}

void provide_secrets(const ConfigFile& file) {
  for (const auto* name :
       {"CRM_AUTHORIZATION", "CRM_SIGNING_SECRET", "CRM_TOKEN", "CRM_PASSWORD", "CRM_KEY", "HUBSPOT_TOKEN"})
    setenv(name, "abc", 1);
  for (const auto* name : {"smtp_password", "crm_secret", "dynamics_secret", "salesforce_secret",
                           "marketo_secret", "odoo_key", "azure_key"}) {
    std::ofstream(file.path(name)) << "c2VjcmV0";
  }
  std::ofstream(file.path("azure_sas")) << "sv=2026-01-01&sig=abc";
  std::ofstream(file.path("lead.schema.json")) << "{}";
}

// The keys that stand in the part for every type, and in the type's own.
std::set<std::string> documented_keys(const std::string& type) {
  std::set<std::string> keys;
  std::string part;
  for (const auto& line : documented_lines()) {
    if (line.starts_with("[") || line.starts_with("# ----- ")) part = line;
    const bool of_another_type =
        part.starts_with("# ----- type = ") && !part.starts_with("# ----- type = \"" + type + "\"");
    if (!of_another_type) keys.insert(key_of(line));
  }
  return keys;
}

// What cannot stand beside the rest.
std::set<std::string> left_off(const std::string& type, std::size_t choice) {
  if (type == "webhook") {
    return choice == 0 ? std::set<std::string>{"text", "auth"} : std::set<std::string>{"text", "headers"};
  }
  if (type == "azure_table") {
    return choice == 0 ? std::set<std::string>{"sas"} : std::set<std::string>{"account_key", "account_name"};
  }
  if (type == "email") return {"limits", "required"};
  if (type == "marketo")
    return {"max_in_flight", "mapping", "limits", "required"};  // it has no e-mail address
  if (type == "odoo") return {"max_in_flight"};
  return {};
}

}  // namespace

TEST_CASE("every key that the documented configuration shows is right, for every type of destination") {
  ConfigFile file;
  provide_secrets(file);
  for (const auto& type : connector_types()) {
    for (std::size_t choice = 0; choice < 4; ++choice) {
      const std::string name(type.name);
      const auto text = switched_on(name, choice, left_off(name, choice));
      INFO(text);
      const auto config = file.good(text);
      REQUIRE(config.receiver.public_url == "https://leads.contoso.com");
      REQUIRE(config.destinations.at(0).type == type.name);
    }
  }
}

TEST_CASE("every key that a type of destination knows is documented") {
  auto file = test::with_secret();
  for (const auto& type : test::kSmallest) {
    const auto documented = documented_keys(type.type);
    const auto unknown =
        file.error(test::destination(type.type, type.keys + "qqqqqqqqqqqqqqqq = 1\n")).message;
    INFO(type.type << ": " << unknown);
    const std::regex name("`([a-z0-9_]+)`");
    std::size_t known = 0;
    for (std::sregex_iterator at(unknown.begin(), unknown.end(), name), end; at != end; ++at, ++known) {
      REQUIRE(documented.contains((*at)[1].str()));
    }
    REQUIRE(known > 10);
  }
}

TEST_CASE("the documented configuration lacks a certificate as it is, and says so") {
  ConfigFile file;
  const auto text = text_of(documented_lines());
  REQUIRE(contains(text, "#path = "));
  REQUIRE(file.error(text).key == "receiver.listen");
}

TEST_CASE("the documented defaults are the defaults") {
  // Every line that is commented out and states a default, beside the value when it is left out.
  ConfigFile file;
  provide_secrets(file);
  const auto written = file.good(switched_on("webhook", 0, left_off("webhook", 0)));
  const auto absent = file.good("[receiver]\ncertificate = \"c\"\nprivate_key = \"k\"\n" + kSource +
                                "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\n"
                                "url = \"https://crm.contoso.com/api/leads\"\n");
  REQUIRE(written.store.path == absent.store.path);
  REQUIRE(written.store.minimum_free_mib == absent.store.minimum_free_mib);
  REQUIRE(written.store.retention_delivered_days == absent.store.retention_delivered_days);
  REQUIRE(to_string(written.receiver.listen) == to_string(absent.receiver.listen));
  REQUIRE(written.receiver.max_body_kib == absent.receiver.max_body_kib);
  REQUIRE(written.receiver.dedupe_window_hours == absent.receiver.dedupe_window_hours);
  REQUIRE(written.receiver.max_connections == absent.receiver.max_connections);
  REQUIRE(written.receiver.max_connections_per_address == absent.receiver.max_connections_per_address);
  REQUIRE(to_string(written.admin.listen) == to_string(absent.admin.listen));
  REQUIRE(written.log.level == absent.log.level);
  REQUIRE(written.log.format == absent.log.format);
  REQUIRE(written.sources.at(0).test_leads == absent.sources.at(0).test_leads);
  REQUIRE(written.sources.at(0).do_not_contact == absent.sources.at(0).do_not_contact);
  REQUIRE(written.sources.at(0).silence_hours == absent.sources.at(0).silence_hours);
  REQUIRE(written.alert.limits.oldest_undelivered == absent.alert.limits.oldest_undelivered);
  const auto& one = written.destinations.at(0);
  const auto& other = absent.destinations.at(0);
  REQUIRE(one.max_in_flight == other.max_in_flight);
  REQUIRE(one.retry.schedule == other.retry.schedule);
  REQUIRE(one.retry.max_attempts == other.retry.max_attempts);
  REQUIRE(one.lease() == other.lease());
  REQUIRE(test::preview(one).method == test::preview(other).method);
  REQUIRE(test::preview(one).url == test::preview(other).url);
}

}  // namespace leadspool::app
