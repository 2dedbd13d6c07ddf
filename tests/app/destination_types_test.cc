// The keys of each type of destination: the fewest that do, every mistake, secrets, and what of it reaches
// the wire.
#include <stdlib.h>

#include "app/connector_types.h"
#include "app/smallest_destinations.h"
#include "support/catch.h"

namespace leadspool::app {

using test::changed;
using test::ConfigFile;
using test::contains;
using test::destination;
using test::kBefore;
using test::kSecret;
using test::kSmallest;
using test::preview;
using test::smallest;
using test::with_secret;

namespace {

std::string header(const std::vector<http::Header>& headers, std::string_view name) {
  return std::string(http::find_header(headers, name));
}

}  // namespace

TEST_CASE("each type works with the fewest keys, under a mapping of its own") {
  auto file = with_secret();
  REQUIRE(kSmallest.size() == connector_types().size());
  for (const auto& [type, keys, method, url] : kSmallest) {
    INFO(type);
    const auto config = file.good(destination(type, keys));
    REQUIRE(config.warnings.empty());
    const auto request = preview(config.destinations.at(0));
    REQUIRE(request.method == method);
    REQUIRE(request.url.substr(0, url.size()) == url);
    REQUIRE(request.rejected_because.empty());
    REQUIRE(contains(request.body, "zoe@contoso.com"));
    for (const auto& each : request.headers) REQUIRE_FALSE(contains(each.value, "c2VjcmV0"));
    REQUIRE_FALSE(contains(request.url + request.body, "c2VjcmV0"));
    REQUIRE(file.good(destination(type, keys + "mapping = {}\n")).destinations.size() == 1);
  }
}

TEST_CASE("an unknown type is told the nearest one, and a missing type all of them") {
  ConfigFile file;
  const auto slip = file.error(destination("dynamics", "url = \"https://contoso.crm.dynamics.com\"\n"));
  REQUIRE(slip.key == "destination.type");
  REQUIRE(contains(slip.message, "did you mean `dynamics365`?"));
  const auto none = file.error(kBefore + "name = \"crm\"\nurl = \"https://a.example/\"\n");
  REQUIRE(none.key == "destination.type");
  for (const auto& type : connector_types())
    REQUIRE(contains(none.message, "`" + std::string(type.name) + "`"));
  REQUIRE(contains(file.error(destination("fax", "")).message, "`salesforce`"));
  REQUIRE(contains(file.error(kBefore + "name = \"crm\"\ntype = 7\n").message, "must be text"));
}

TEST_CASE("one lead is in flight where two at once make duplicates, and more may not be asked for") {
  auto file = with_secret();
  for (const auto& type : connector_types()) {
    const std::string name(type.name);
    INFO(name);
    const bool one_at_a_time = name == "marketo" || name == "odoo";
    REQUIRE(file.good(destination(name, smallest(name))).destinations.at(0).max_in_flight ==
            (one_at_a_time ? 1 : 16));
    const auto two = destination(name, "max_in_flight = 2\n" + smallest(name));
    if (one_at_a_time) {
      REQUIRE(contains(file.error(two).message, "makes two records"));
    } else {
      REQUIRE(file.good(two).destinations.at(0).max_in_flight == 2);
    }
  }
}

TEST_CASE("a lease is longer than all requests of an attempt, a token's included") {
  auto file = with_secret();
  for (const auto& [type, keys, method, url] : kSmallest) {
    INFO(type);
    const auto config =
        file.good(destination(type, "connect_timeout_s = 20\ntotal_timeout_s = 600\n" + keys));
    REQUIRE(config.destinations.at(0).lease() > std::chrono::seconds{1'200});
  }
}

TEST_CASE("the id of a secret in place of its value is warned of") {
  ConfigFile file;
  setenv("LEADSPOOL_TEST_SECRET", "11111111-2222-3333-4444-555555555555", 1);
  const auto config = file.good(destination("dynamics365", smallest("dynamics365")));
  REQUIRE(config.warnings.size() == 1);
  REQUIRE(config.warnings[0].key == "destination.client_secret");
  REQUIRE(contains(config.warnings[0].message, "its Value"));
}

TEST_CASE("commands that call no destination need none of its secrets, whatever its type") {
  ConfigFile file;
  unsetenv("LEADSPOOL_TEST_SECRET");
  for (const auto& [type, keys, method, url] : kSmallest) {
    INFO(type);
    const auto config = file.good(destination(type, keys), Secrets::leave);
    REQUIRE(preview(config.destinations.at(0)).method == method);
    if (!contains(keys, "LEADSPOOL_TEST_SECRET")) continue;
    REQUIRE(contains(file.error(destination(type, keys)).message, "LEADSPOOL_TEST_SECRET is not set"));
  }
}

TEST_CASE("a table of another name is filled by the mapping alone") {
  auto file = with_secret();
  const auto config = file.good(destination(
      "dynamics365",
      "entity = \"contacts\"\nmapping = { lastname = \"{{ last_name }}\" }\n" + smallest("dynamics365")));
  const auto request = preview(config.destinations.at(0));
  REQUIRE(contains(request.url, "/contacts("));
  REQUIRE(request.body == R"({"lastname":"Łukasz-Müller"})");
}

TEST_CASE("constants, limits and required columns change what a type has by itself") {
  auto file = with_secret();
  const auto read = [&](const std::string& keys) {
    return file.good(destination("salesforce", keys + smallest("salesforce"))).destinations.at(0);
  };
  const auto constants =
      preview(read("constants = { Status = \"{{ Open }}\", Address = { Zip = \"1\" } }\n"));
  REQUIRE(contains(constants.body, R"("Status":"{{ Open }}")"));
  REQUIRE(contains(constants.body, R"("Address":{"Zip":"1"})"));
  REQUIRE(contains(constants.body, R"("LastName":"Łukasz-Müller")"));

  const auto shorter = preview(read("limits = { LastName = 6 }\n"));
  REQUIRE(contains(shorter.body, R"("LastName":"Łukasz")"));
  REQUIRE(shorter.cuts.size() == 1);
  auto lead = test::unicode_lead();
  lead.fields.first_name = std::string(100, 'x');
  REQUIRE(preview(read(""), lead).cuts.size() == 1);
  REQUIRE(preview(read("limits = { FirstName = 0 }\n"), lead).cuts.empty());

  lead.fields.phone.clear();
  REQUIRE(preview(read(""), lead).rejected_because.empty());
  REQUIRE(contains(preview(read("required = [\"Phone\"]\n"), lead).rejected_because, "Phone"));
}

TEST_CASE("`required` takes the place of what the type requires, so that a mapping may do without it") {
  auto file = with_secret();
  const auto keys =
      "mapping = { Email = \"{{ email }}\" }\nrequired = [\"Email\"]\n" + smallest("salesforce");
  const auto config = file.good(destination("salesforce", keys));
  REQUIRE(preview(config.destinations.at(0)).rejected_because.empty());
}

TEST_CASE("a dotted column is limited and required under its dotted name, nested or in quotes") {
  ConfigFile file;
  for (const auto* limits :
       {"limits = { address.country = 1 }\n", "limits = { \"address.country\" = 1 }\n"}) {
    const auto config = file.good(destination(
        "webhook", std::string(limits) + "required = [\"address.country\"]\n" + smallest("webhook") +
                       "mapping = { address.country = \"{{ country }}\" }\n"));
    REQUIRE(preview(config.destinations.at(0)).body == R"({"address":{"country":"P"}})");
  }
}

TEST_CASE("each way of a webhook to authorise reaches the wire, and no preview") {
  auto file = with_secret();
  const std::string secret = "c2VjcmV0LWZvci10ZXN0cw==";
  const auto with = [&](const std::string& auth) {
    return file.good(destination("webhook", "auth = " + auth + "\n" + smallest("webhook")))
        .destinations.at(0);
  };
  const auto masked = [&](const DestinationConfig& each) {
    for (const auto& one : preview(each).headers) REQUIRE_FALSE(contains(one.value, secret));
  };
  const auto bearer = with("{ type = \"bearer\", token = " + kSecret + " }");
  REQUIRE(header(test::first_request(bearer).headers, "Authorization") == "Bearer " + secret);
  masked(bearer);
  const auto basic = with("{ type = \"basic\", username = \"ada\", password = " + kSecret + " }");
  REQUIRE(header(test::first_request(basic).headers, "Authorization").starts_with("Basic "));
  masked(basic);
  const auto api_key = with("{ type = \"api_key\", header = \"X-Key\", key = " + kSecret + " }");
  REQUIRE(header(test::first_request(api_key).headers, "X-Key") == secret);
  masked(api_key);
  const auto oauth2 = with(
      "{ type = \"oauth2\", token_url = \"https://l.example/token\", client_id = \"ada\", "
      "client_secret = " +
      kSecret + ", scope = \"leads\" }");
  const auto token_request = test::first_request(oauth2);
  REQUIRE(token_request.url == "https://l.example/token");
  REQUIRE(contains(token_request.body, "scope=leads"));
  REQUIRE(contains(token_request.body, "client_id=ada"));
  masked(oauth2);
}

TEST_CASE("a webhook's URL may have places, its body may be a form or a text") {
  ConfigFile file;
  const auto with = [&](const std::string& keys) {
    return preview(file.good(changed("webhook", "url", keys)).destinations.at(0));
  };
  REQUIRE(
      with("url = \"https://crm.example/{{ company }}?id={{ id }}\"\n").url ==
      "https://crm.example/%C5%BB%C3%B3%C5%82w%20%26%20S%C3%B6hne%20%E6%A0%AA%E5%BC%8F%E4%BC%9A%E7%A4%BE?id="
      "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  const std::string url = "url = \"https://crm.example/\"\n";
  REQUIRE(contains(with(url + "body = \"form\"\nmapping = { n = \"{{ email }}\" }\n").body,
                   "n=zoe%40contoso.com"));
  const auto text =
      with(url + "body = \"text\"\ntext = \"<c>{{ company }}</c>\"\ncontent_type = \"application/xml\"\n");
  REQUIRE(text.body == "<c>Żółw &amp; Söhne 株式会社</c>");
  REQUIRE(header(text.headers, "Content-Type") == "application/xml");
}

TEST_CASE("the URL of a webhook that is a secret is shown by its host alone") {
  ConfigFile file;
  setenv("LEADSPOOL_TEST_URL", "https://hooks.contoso.com/T0/c2VjcmV0", 1);
  const auto config = file.good(changed("webhook", "url", "url = { env = \"LEADSPOOL_TEST_URL\" }\n"));
  REQUIRE(contains(preview(config.destinations.at(0)).url, "https://hooks.contoso.com"));
  REQUIRE_FALSE(contains(preview(config.destinations.at(0)).url, "c2VjcmV0"));
  REQUIRE(test::first_request(config.destinations.at(0)).url == "https://hooks.contoso.com/T0/c2VjcmV0");
}

TEST_CASE("where a token is not had, the key that was written is named") {
  auto file = with_secret();
  const std::string oauth2 =
      "auth = { type = \"oauth2\", token_url = \"https://l.example/token\", client_id = \"a\", "
      "client_secret = " +
      kSecret + " }\n";
  const std::string token_url = "token_url = \"https://l.example/token\"\n";
  struct Row {
    std::string type;
    std::string more_keys;
    std::string of_address;
    std::string of_secret;
  };
  const Row table[] = {
      {"salesforce", "", "url", "client_secret"},
      {"salesforce", token_url, "token_url", "client_secret"},
      {"marketo", "", "url", "client_secret"},
      {"marketo", token_url, "token_url", "client_secret"},
      {"dynamics365", "", "token_url", "client_secret"},
      {"webhook", oauth2, "auth.token_url", "auth.client_secret"},
  };
  for (const auto& row : table) {
    INFO(row.type << " " << row.more_keys);
    const auto config = file.good(destination(row.type, row.more_keys + smallest(row.type)));
    const auto setting = [&](const http::ClientResult& token) {
      const test::FakeClock clock;
      const auto connector = config.destinations.at(0).connector.make(clock);
      test::ScriptedClient client;
      client.on_send([&](const auto&) { return token; });
      auto testing = connector->test(client);
      testing.start();
      while (!testing.ended()) client.run(std::chrono::milliseconds{0}, -1);
      return testing.result().back().setting;
    };
    REQUIRE(setting(http::ClientAnswer{.status = 404}) == row.of_address);
    REQUIRE(setting(http::ClientFailure{.phase = http::FailurePhase::dns}) == row.of_address);
    REQUIRE(setting(http::ClientFailure{.phase = http::FailurePhase::certificate}) == "ca_file");
    REQUIRE(setting(http::ClientAnswer{.status = 401, .body = R"({"error":"invalid_client"})"}) ==
            row.of_secret);
  }
}

}  // namespace leadspool::app
