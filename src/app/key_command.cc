#include "app/key_command.h"

#include <algorithm>
#include <memory>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/source_key.h"
#include "base/random.h"

namespace leadspool::app {
namespace {

int make_source_key(const Config& config, const std::string& source, bool json) {
  SystemRandom random;
  const Secret key = make_key(random);
  const auto url = lead_url(config.receiver, source) + "?key=" + key.reveal();
  if (json) {
    print(nlohmann::ordered_json{{"source", source}, {"url", url}, {"key_sha256", key_hash(key)}}.dump() +
          "\n");
    return kDone;
  }
  const bool known = std::any_of(config.sources.begin(), config.sources.end(),
                                 [&](const receiver::Source& each) { return each.name == source; });
  print("The lead URL, which is shown only now:\n  " + url + "\n\n" +
        (known ? "Add this hash to key_sha256 of the source `" + source + "` in " + config.file +
                     " and run `leadspool reload`;\nthe hashes that are there go on working until you remove "
                     "them:\n"
               : "Add this source to " + config.file +
                     " and run `leadspool reload`:\n  [[source]]\n  name = \"" + source + "\"\n") +
        "  key_sha256 = [\"" + key_hash(key) + "\"]\n");
  return kDone;
}

}  // namespace

void add_key_command(CommandLine& line) {
  auto& command =
      line.add("key", "Makes a new key for a source: its lead URL, and the line for the configuration.",
               "  leadspool key marketplace");
  line.add_config_option(command);
  line.add_json_option(command);
  const auto source = std::make_shared<std::string>();
  command.add_option("SOURCE", *source, "The source's name")->required()->check(why_no_name);
  line.on_call(command, [&line, source] {
    return line.with_config(
        Secrets::leave, [&](const Config& config) { return make_source_key(config, *source, line.json()); });
  });
}

}  // namespace leadspool::app
