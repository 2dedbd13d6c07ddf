// Reading the configuration: defaults, every kind of mistake with its line, key and mend, and secrets.
#include "app/config.h"

#include <filesystem>
#include <fstream>

#include <stdlib.h>
#include <sys/stat.h>

#include "app/config_file.h"
#include "connector/webhook_signature.h"
#include "support/catch.h"

namespace leadspool::app {

using test::ConfigFile;
using test::contains;
using test::kHash;
using test::kReceiver;
using test::kSource;

namespace {

const std::string kDestination =
    "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\nurl = \"http://127.0.0.1:9000/leads\"\n";

// A mistake in a text that is right otherwise: `line` is where it must be found.
struct Mistake {
  std::string text;
  int line;
  std::string key;
  std::string says;
};

}  // namespace

TEST_CASE("a short configuration gets the defaults that the documentation names") {
  ConfigFile file;
  const auto config = file.good(kReceiver + kSource + kDestination);
  REQUIRE(config.store.path == file.path("leadspool.db"));
  REQUIRE(config.store.minimum_free_mib == 64);
  REQUIRE(config.store.retention_delivered_days == 90);
  REQUIRE(config.receiver.max_body_kib == 256);
  REQUIRE(config.receiver.dedupe_window_hours == 24);
  REQUIRE(config.receiver.trusted_proxies.empty());
  REQUIRE(to_string(config.admin.listen) == "127.0.0.1:8444");
  REQUIRE(config.log.level == LogLevel::info);
  REQUIRE(config.sources.at(0).do_not_contact == receiver::Rule::hold);
  REQUIRE(config.sources.at(0).test_leads == receiver::Rule::deliver);
  REQUIRE(config.sources.at(0).schema == nullptr);
  const auto& crm = config.destinations.at(0);
  const auto request = test::first_request(crm);
  REQUIRE(request.method == "POST");
  REQUIRE(request.connect_timeout == std::chrono::seconds{5});
  REQUIRE(request.total_timeout == std::chrono::seconds{30});
  REQUIRE(crm.max_in_flight == 16);
  REQUIRE(crm.retry.max_attempts == 24);
  REQUIRE(crm.retry.schedule == RetryPolicy{}.schedule);
}

TEST_CASE("a destination's `when` takes one text or several for each property") {
  ConfigFile file;
  const auto config =
      file.good(kReceiver + kSource + kDestination +
                "when = { country = [\"US\", \"C*\"], publisher = \"contoso\" }\nrate_per_second = 0.5\n");
  const auto& destination = config.destinations.at(0);
  REQUIRE(destination.rate_per_second == 0.5);
  const LeadFields american{.country = "us", .publisher = "Contoso"};
  REQUIRE(destination.wanted.wants("marketplace", Disposition::deliver, american));
  REQUIRE_FALSE(destination.wanted.wants("marketplace", Disposition::deliver, {.country = "US"}));
  REQUIRE(file.good(kReceiver + kSource + kDestination).destinations.at(0).wanted.wants("any", {}, {}));
}

TEST_CASE("a lease is longer than everything an attempt may take") {
  ConfigFile file;
  const auto config =
      file.good(kReceiver + kSource + kDestination + "connect_timeout_s = 20\ntotal_timeout_s = 600\n");
  REQUIRE(config.destinations.at(0).lease() > std::chrono::seconds{620});
}

TEST_CASE("a mistake in the configuration is told with its line, key and mend") {
  const std::string base = kReceiver + kSource;  // 5 lines
  const std::vector<Mistake> mistakes{
      // Unknown words
      {"[recever]\nlisten = \"127.0.0.1:1\"\n" + kReceiver + kSource, 1, "recever",
       "did you mean `receiver`"},
      {kReceiver + "max_body = 5\n" + kSource, 3, "receiver.max_body", "did you mean `max_body_kib`"},
      {kReceiver + "lisen = \"x\"\n" + kSource, 3, "receiver.lisen", "did you mean `listen`"},
      {kReceiver + "zzzzzzzzzzzz = 5\n" + kSource, 3, "receiver.zzzzzzzzzzzz", "known here are `listen`"},
      {base + kDestination + "max_inflight = 4\n", 10, "destination.max_inflight", "`max_in_flight`"},
      {base + kDestination + "when = { county = \"US\" }\n", 10, "destination.when.county",
       "did you mean `country`"},
      {base + kDestination + "when = { country = 7 }\n", 10, "destination.when.country", "an array of texts"},
      {base + kDestination + "when = { country = [] }\n", 10, "destination.when.country", "names nothing"},
      {base + kDestination + "when = \"US\"\n", 10, "destination.when", "must be a table"},
      {base + kDestination + "rate_per_second = 0\n", 10, "destination.rate_per_second", "between 0.001 and"},
      {base + kDestination + "rate_per_second = \"2\"\n", 10, "destination.rate_per_second",
       "must be a number, but is text"},
      {kReceiver + kSource + "silence_hours = -1\n", 6, "source.silence_hours", "between 0 and"},
      {base + "[log]\nlevel = \"loud\"\n", 7, "log.level", "`debug`, `info`, `warn`, `error` or `off`"},
      {base + "[alerts]\nemail = \"a\"\n", 6, "alerts", "did you mean `alert`"},
      // Types and ranges
      {base + "[store]\npath = 7\n", 7, "store.path", "must be text in quotes, but is a whole number"},
      {base + "[store]\nminimum_free_mib = \"64\"\n", 7, "store.minimum_free_mib", "but is text"},
      {base + "[store]\nminimum_free_mib = -1\n", 7, "store.minimum_free_mib", "between 0 and"},
      {base + "[store]\nretention_delivered_days = -1\n", 7, "store.retention_delivered_days",
       "between 0 and"},
      {kReceiver + "max_body_kib = 0\n" + kSource, 3, "receiver.max_body_kib", "between 1 and"},
      {"store = 7\n" + base, 1, "store", "must be a table"},
      {kReceiver + "dedupe_window_hours = -1\n" + kSource, 3, "receiver.dedupe_window_hours",
       "between 0 and"},
      {kReceiver + "max_connections_per_address = 0\n" + kSource, 3, "receiver.max_connections_per_address",
       "between 1 and"},
      {kReceiver + "trusted_proxies = [\"proxy.example\"]\n" + kSource, 3, "receiver.trusted_proxies",
       "neither an address nor a network"},
      {kReceiver + "trusted_proxies = \"127.0.0.1\"\n" + kSource, 3, "receiver.trusted_proxies",
       "an array of texts"},
      {base + "[admin]\nlisten = \"127.0.0.1:8443\"\n", 6, "admin", "another port"},
      {base + "schema = \"absent.json\"\n", 6, "source.schema", "does not exist"},
      {base + "schema = \"leadspool.toml\"\n", 6, "source.schema", "is no JSON Schema"},
      {base + "[[destination]]\nname = \"crm\"\ntype = \"fax\"\nurl = \"https://a.example/\"\n", 8,
       "destination.type", "`webhook`"},
      {base + kDestination + "max_in_flight = 0\n", 10, "destination.max_in_flight", "between 1 and"},
      {base + kDestination + "schedule_s = []\n", 10, "destination.schedule_s", "at least one"},
      {base + kDestination + "schedule_s = [5, 0]\n", 10, "destination.schedule_s", "is 0"},
      {base + kDestination + "connect_timeout_s = 40\n", 10, "destination.connect_timeout_s",
       "total_timeout_s"},
      {base + kDestination + "method = \"GET\"\n", 10, "destination.method", "`POST`, `PUT` or `PATCH`"},
      {base + kDestination + "success = [200, 700]\n", 10, "destination.success", "HTTP statuses"},
      {base + kDestination + "success = \"204-200\"\n", 10, "destination.success", "HTTP statuses"},
      // Addresses
      {"[receiver]\nlisten = \"127.0.0.1\"\n" + kSource, 2, "receiver.listen", "address and a port"},
      {"[receiver]\nlisten = \"127.0.0.1:70000\"\n" + kSource, 2, "receiver.listen", "from 1 to 65535"},
      {"[receiver]\nlisten = \"::1:80\"\n" + kSource, 2, "receiver.listen", "[::1]"},
      {"[receiver]\nlisten = \"0.0.0.0:80\"\n" + kSource, 2, "receiver.listen", "plain HTTP"},
      {kReceiver + "certificate = \"c.pem\"\n" + kSource, 3, "receiver.certificate", "`private_key`"},
      {kReceiver + "public_url = \"http://leads.contoso.com\"\n" + kSource, 3, "receiver.public_url",
       "https://"},
      {base + "[admin]\nlisten = \"0.0.0.0:8444\"\n", 7, "admin.listen", "TLS"},
      {base + "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\nurl = \"http://crm.example/\"\n", 9,
       "destination.url", "https://"},
      {base + "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\nurl = \"https://u:p@crm.example/\"\n", 9,
       "destination.url", "name and password"},
      {base + "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\n", 6, "destination.url", "missing"},
      // Names
      {kReceiver + "[[source]]\nname = \"Market Place\"\nkey_sha256 = \"" + kHash + "\"\n", 4, "source.name",
       "small letters"},
      {kReceiver + "[[source]]\nkey_sha256 = \"" + kHash + "\"\n", 3, "source.name", "missing"},
      {base + kSource, 7, "source.name", "taken"},
      {base + kDestination + kDestination, 11, "destination.name", "taken"},
      {kReceiver + "[source]\nname = \"a\"\n", 3, "source", "[[source]]"},
      {kReceiver, 1, "source", "at least one [[source]]"},
      {kReceiver + "[[source]]\nname = \"a\"\n", 3, "source.key_sha256", "leadspool key"},
      {kReceiver + "[[source]]\nname = \"a\"\nkey_sha256 = []\n", 5, "source.key_sha256",
       "every lead is refused"},
      // Secrets
      {kReceiver + "[[source]]\nname = \"a\"\nkey_sha256 = \"open sesame\"\n", 5, "source.key_sha256",
       "64 hexadecimal digits"},
      {base + kDestination + "signing_secret = \"whsec_abc\"\n", 10, "destination.signing_secret",
       "{ env = "},
      {base + kDestination + "headers = { Authorization = \"Bearer x\" }\n", 10,
       "destination.headers.Authorization", "{ env = "},
      {base + kDestination + "signing_secret = { env = \"LEADSPOOL_TEST_NOT_SET\" }\n", 10,
       "destination.signing_secret", "LEADSPOOL_TEST_NOT_SET is not set"},
      {base + kDestination + "signing_secret = { file = \"absent\" }\n", 10, "destination.signing_secret",
       "absent"},
      {base + kDestination + "signing_secret = { env = \"LEADSPOOL_TEST_BAD_SECRET\" }\n", 10,
       "destination.signing_secret", "not base64"},
      {base + kDestination + "headers = { Host = \"x\" }\n", 10, "destination.headers.Host", "itself"},
      {base + kDestination + "headers = { \"X-A b\" = \"x\" }\n", 10, "destination.headers.X-A b",
       "header's name"},
      // Mapping
      {base + kDestination + "[destination.mapping]\na = \"x\"\nb = \"{{ FristName }}\"\n", 12,
       "destination.mapping.b", "FristName"},
      {base + kDestination + "[destination.mapping]\na = 2026-01-01\n", 11, "destination.mapping.a", "dates"},
      // Not TOML
      {base + "[store\n", 6, "", ""},
      {kReceiver + "listen = \"127.0.0.1:1\"\n" + kSource, 3, "", "listen"},
  };
  setenv("LEADSPOOL_TEST_BAD_SECRET", "whsec_not base64", 1);
  ConfigFile file;
  for (const auto& mistake : mistakes) {
    INFO(mistake.text);
    const auto error = file.error(mistake.text);
    INFO(to_string(error));
    REQUIRE(error.line == mistake.line);
    REQUIRE(error.key == mistake.key);
    REQUIRE(contains(error.message, mistake.says));
    REQUIRE(error.file == file.path("leadspool.toml"));
  }
}

TEST_CASE("a literal secret is never shown in the error that refuses it") {
  ConfigFile file;
  for (const auto* line : {"signing_secret = \"hunter2\"\n", "headers = { X-Api-Key = \"hunter2\" }\n"}) {
    REQUIRE_FALSE(contains(to_string(file.error(kReceiver + kSource + kDestination + line)), "hunter2"));
  }
}

TEST_CASE("all mistakes are told at once, in the order of the file") {
  ConfigFile file;
  const auto errors = file.errors("[receiver]\nlisten = \"nowhere\"\nmax_body_kib = 0\n" + kSource +
                                  kDestination + "max_attempts = \"many\"\n[log]\nformat = \"xml\"\n");
  REQUIRE(errors.size() == 4);
  REQUIRE(errors[0].key == "receiver.listen");
  REQUIRE(errors[1].key == "receiver.max_body_kib");
  REQUIRE(errors[2].key == "destination.max_attempts");
  REQUIRE(errors[3].key == "log.format");
}

TEST_CASE("a configuration that is absent or a folder is refused with one sentence") {
  ConfigFile file;
  for (const auto& path : {file.path("absent.toml"), file.path("")}) {
    const auto reading = read_config(path, Secrets::read);
    REQUIRE(std::holds_alternative<std::vector<ConfigError>>(reading));
    REQUIRE(std::get<std::vector<ConfigError>>(reading).size() == 1);
  }
}

TEST_CASE("a secret comes from the environment or from a file, without the file's last line break") {
  ConfigFile file;
  std::ofstream(file.path("secret.txt")) << "s3cret\n";
  REQUIRE(chmod(file.path("secret.txt").c_str(), 0600) == 0);
  setenv("LEADSPOOL_TEST_HEADER", "Bearer abc", 1);
  const auto config =
      file.good(kReceiver + kSource + kDestination +
                "signing_secret = { file = \"secret.txt\" }\n"
                "headers = { Authorization = { env = \"LEADSPOOL_TEST_HEADER\" }, X-Team = \"a\" }\n");
  const auto request = test::first_request(config.destinations.at(0));
  const auto header = [&](const char* name) { return std::string(http::find_header(request.headers, name)); };
  REQUIRE(header("authorization") == "Bearer abc");
  REQUIRE(header("x-team") == "a");
  REQUIRE(header("webhook-signature") == connector::webhook_signature(Secret{"s3cret"}, header("webhook-id"),
                                                                      std::stoll(header("webhook-timestamp")),
                                                                      request.body));
}

TEST_CASE("a secret's file that everybody may read is warned of") {
  ConfigFile file;
  std::ofstream(file.path("secret.txt")) << "s3cret";
  REQUIRE(chmod(file.path("secret.txt").c_str(), 0644) == 0);
  const auto config = file.good(kReceiver + kSource + "[admin]\ntoken_sha256 = \"" + kHash + "\"\n" +
                                kDestination + "signing_secret = { file = \"secret.txt\" }\n");
  REQUIRE(config.warnings.size() == 1);
  REQUIRE(contains(config.warnings[0].mend, "chmod o-rwx"));
}

TEST_CASE("commands that call no destination do not need its secrets") {
  ConfigFile file;
  const auto config = file.good(kReceiver + kSource +
                                    "[[destination]]\nname = \"crm\"\ntype = \"webhook\"\n"
                                    "url = { env = \"LEADSPOOL_TEST_NOT_SET\" }\n"
                                    "signing_secret = { file = \"absent\" }\n",
                                Secrets::leave);
  REQUIRE(test::preview(config.destinations.at(0)).method == "POST");
}

TEST_CASE("a source's schema is read from its file") {
  ConfigFile file;
  std::ofstream(file.path("lead.schema.json")) << R"({"type":"object","required":["UserDetails"]})";
  const auto config = file.good(kReceiver + kSource + "schema = \"lead.schema.json\"\n" + kDestination);
  REQUIRE(config.sources.at(0).schema->find_violation("{}"));
  REQUIRE_FALSE(config.sources.at(0).schema->find_violation(R"({"UserDetails":{}})"));
}

TEST_CASE("the store is found in a configuration with mistakes, as long as its path can be told") {
  ConfigFile file;
  const std::string store = "[store]\npath = \"other.db\"\n";
  for (const std::string mistake :
       {"[recever]\n", "minimum_free_mib = -1\n", "pth = 1\n", "x=[", "[recever\n[", "="}) {
    INFO(mistake);
    REQUIRE_FALSE(file.errors(store + mistake).empty());
    REQUIRE(read_store_config(file.path("leadspool.toml")).value().path == file.path("other.db"));
  }
  REQUIRE_FALSE(read_store_config(file.path("absent.toml")));
}

TEST_CASE("a nested table in a mapping is the same as dotted targets") {
  ConfigFile file;
  const auto config = file.good(kReceiver + kSource + kDestination +
                                "[destination.mapping]\naddress.country = \"{{ Country }}\"\npriority = 2\n");
  const auto json = test::preview(config.destinations.at(0)).body;
  REQUIRE(contains(json, "\"address\":{\"country\":\"PL\"}"));
  REQUIRE(contains(json, "\"priority\":2"));
}

}  // namespace leadspool::app
