// config/destinations: each file is read as part of a whole configuration, and a lead is previewed with it.
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include <stdlib.h>

#include "app/config_file.h"
#include "app/connector_types.h"
#include "support/catch.h"

namespace leadspool::app {

using test::ConfigFile;
using test::contains;
using test::kHash;
using test::kReceiver;
using test::kSource;
using test::preview;

namespace {

// Recognised wherever it shows up.
const std::string kSecret = "c2VjcmV0LWZvci10ZXN0cw==";

const std::string kMappingHeading = "[destination.mapping]\n";

std::map<std::string, std::string> presets() {
  std::map<std::string, std::string> texts;
  for (const auto& entry : std::filesystem::directory_iterator(LEADSPOOL_SOURCE_DIR "/config/destinations")) {
    std::ostringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    texts[entry.path().stem().string()] = text.str();
  }
  return texts;
}

// Sets what a text takes from the environment.
void provide_secrets(const std::string& text) {
  const std::regex reference(R"raw(\{ env = "(\w+)" \})raw");
  for (std::sregex_iterator at(text.begin(), text.end(), reference), end; at != end; ++at) {
    const auto name = (*at)[1].str();
    std::string value = kSecret;
    if (name.ends_with("_URL")) value = "https://hooks.contoso.com/T0/" + kSecret;
    if (name.ends_with("_SAS")) value = "sv=2026-01-01&sig=" + kSecret;
    setenv(name.c_str(), value.c_str(), 1);
  }
}

DestinationConfig read(const std::string& preset) {
  provide_secrets(preset);
  ConfigFile file;
  auto config = file.good(kReceiver + kSource + "[admin]\ntoken_sha256 = \"" + kHash + "\"\n" + preset);
  REQUIRE(config.warnings.empty());
  REQUIRE(config.destinations.size() == 1);
  return config.destinations.front();
}

// With every line that is commented out switched on, in place of one that has the same key before it.
std::string switched_on(const std::string& preset) {
  std::vector<std::string> lines;
  std::map<std::string, std::size_t> places;
  std::istringstream text(preset);
  const std::regex key_line(R"(#?([A-Za-z_]+) = .*)");
  std::smatch found;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("[") || line.starts_with("#[")) places.clear();
    const bool has_key = std::regex_match(line, found, key_line);
    const std::string key = has_key ? found[1].str() : "";
    if (line.starts_with("#[") || (has_key && line.starts_with('#'))) line.erase(0, 1);
    const auto earlier = places.find(key);
    if (has_key && earlier != places.end()) {
      lines[earlier->second] = line;
      continue;
    }
    if (has_key) places[key] = lines.size();
    lines.push_back(line);
  }
  std::string whole;
  for (const auto& line : lines) whole += line + "\n";
  return whole;
}

bool is_for_json(const DestinationConfig& destination) { return destination.type != "email"; }

}  // namespace

TEST_CASE("there is a preset for each type, and for CRMs that a webhook reaches") {
  const auto all = presets();
  for (const auto& type : connector_types()) REQUIRE(all.contains(std::string(type.name)));
  for (const auto* name : {"zoho", "pipedrive", "slack", "teams"}) REQUIRE(all.contains(name));
}

TEST_CASE("each preset sends a lead whole: no rejection, Unicode intact, no secret shown") {
  for (const auto& [name, text] : presets()) {
    INFO(name);
    const auto destination = read(text);
    const auto request = preview(destination);
    REQUIRE(request.rejected_because.empty());
    REQUIRE(request.cuts.empty());
    REQUIRE(contains(request.body, "zoe@contoso.com"));
    if (is_for_json(destination)) {
      REQUIRE(contains(request.body, "Łukasz-Müller"));
      // A person there has no place for the company's name.
      const bool has_company = name != "pipedrive" && name != "freshsales";
      REQUIRE(contains(request.body, "Żółw & Söhne 株式会社") == has_company);
    }
    REQUIRE_FALSE(contains(request.url + request.body, kSecret));
    for (const auto& header : request.headers) REQUIRE_FALSE(contains(header.value, kSecret));
  }
}

TEST_CASE("the mapping that a preset writes out is the one that its type has by itself") {
  for (const auto* name :
       {"dynamics365", "salesforce", "hubspot", "marketo", "odoo", "azure_table", "webhook"}) {
    INFO(name);
    const auto text = presets().at(name);
    const auto heading = text.find("\n" + kMappingHeading);
    REQUIRE(heading != std::string::npos);
    const auto written = preview(read(text));
    REQUIRE(written.body == preview(read(text.substr(0, heading))).body);
    // So that it is read at all.
    REQUIRE(written.body !=
            preview(read(text.substr(0, heading) + "\nconstants = { own_column = 1 }\n")).body);
    auto blank = test::unicode_lead();
    blank.fields = {};
    REQUIRE(preview(read(text), blank).body == preview(read(text.substr(0, heading)), blank).body);
  }
}

TEST_CASE("what a preset shows commented out is right as well") {
  for (const auto& [name, text] : presets()) {
    INFO(name);
    REQUIRE(preview(read(switched_on(text))).rejected_because.empty());
  }
}

TEST_CASE("a message in a chat has a text in every place, also of a lead that says nothing") {
  auto blank = test::unicode_lead();
  blank.fields = {};
  for (const auto* name : {"slack", "teams"}) {
    INFO(name);
    const auto body = preview(read(presets().at(name)), blank).body;
    REQUIRE_FALSE(contains(body, "null"));
    REQUIRE_FALSE(contains(body, "\"text\":\"\""));
  }
}

}  // namespace leadspool::app
