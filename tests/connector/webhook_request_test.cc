#include <nlohmann/json.hpp>

#include "connector/webhook.h"
#include "connector/webhook_fixture.h"
#include "connector/webhook_signature.h"

using namespace leadspool;
using namespace leadspool::test::webhook;
using connector::Webhook;
using connector::WebhookOptions;

TEST_CASE("a request carries the lead under its own id") {
  WebhookOptions options;
  options.url = "https://crm.example/leads";
  options.method = "PUT";
  options.ca_file = "/etc/ca.pem";
  options.connect_timeout = std::chrono::milliseconds{1'234};
  options.total_timeout = std::chrono::milliseconds{5'678};
  options.headers = {{"X-Tenant", "a"}, {"X-Tenant", "b"}, {"idempotency-key", "mine"}};
  const auto request = sent_request(options);

  REQUIRE(request.method == "PUT");
  REQUIRE(request.url == "https://crm.example/leads");
  REQUIRE(request.ca_file == "/etc/ca.pem");
  REQUIRE(request.connect_timeout == std::chrono::milliseconds{1'234});
  REQUIRE(request.total_timeout == std::chrono::milliseconds{5'678});
  REQUIRE(header(request, "Content-Type") == "application/json");
  REQUIRE(header(request, "webhook-id") == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  REQUIRE(header(request, "Idempotency-Key") == "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f");
  REQUIRE(header(request, "webhook-timestamp") == std::to_string(to_unix_ms(kNow) / 1000));
  REQUIRE(header(request, "webhook-signature").empty());
  REQUIRE(count_headers(request, "X-Tenant") == 2);
  REQUIRE(count_headers(request, "idempotency-key") == 0);
  REQUIRE(nlohmann::json::parse(request.body)["last_name"] == "One");
}

TEST_CASE("the operator's Content-Type takes the place of ours") {
  WebhookOptions options;
  options.headers = {{"content-type", "application/vnd.api+json"}};
  const auto request = sent_request(options);
  REQUIRE(count_headers(request, "Content-Type") == 0);
  REQUIRE(header(request, "Content-Type") == "application/vnd.api+json");
}

TEST_CASE("a request is signed when there is a secret, over the very body that is sent") {
  WebhookOptions options;
  options.signing_secret = LiveSecret(Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));
  const auto request = sent_request(options);
  REQUIRE(header(request, "webhook-signature") ==
          connector::webhook_signature(*connector::signing_key(options.signing_secret.get()),
                                       "0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f", to_unix_ms(kNow) / 1000,
                                       request.body));

  options.signing_secret = LiveSecret(Secret("whsec_!"));
  const test::FakeClock clock(kNow);
  REQUIRE_THROWS_AS(Webhook(options, clock), std::invalid_argument);
}

TEST_CASE("a lead's values fill places in the URL, but never choose the host") {
  auto lead = sample_lead();
  lead.fields.company = "a/b?c=d#e&f g\r\n\"{{ id }}%2e\xC3\xBC";
  lead.fields.title = "..";
  lead.payload = R"({"Region": "eu west"})";
  const std::pair<std::string_view, std::string_view> table[] = {
      {"https://crm.example/leads", "https://crm.example/leads"},
      {"https://crm.example/leads/{{ id }}?r={{ payload.region }}",
       "https://crm.example/leads/0192f3c1-5b1e-7c3a-9f00-1a2b3c4d5e6f?r=eu%20west"},
      {"https://crm.example/{{ company }}",
       "https://crm.example/a%2Fb%3Fc%3Dd%23e%26f%20g%0D%0A%22%7B%7B%20id%20%7D%7D%252e%C3%BC"},
      {"https://crm.example/a/{{ title }}/b", "https://crm.example/a/%2E%2E/b"},
      {"https://crm.example?n={{ phone }}", "https://crm.example?n="},
  };
  for (const auto& [url, filled] : table) {
    INFO(url);
    REQUIRE(sent_request(options_for(std::string(url)), lead).url == filled);
  }
  for (const std::string url :
       {"{{ company }}", "https://{{ company }}/", "https://crm.{{ company }}.example/a",
        "https://crm.example{{ company }}/", "{{ 'https' }}://crm.example/",
        "https://crm.example:{{ phone }}/a", "https://{{ company | 'a/b' }}/"}) {
    INFO(url);
    const auto mistake = connector::find_mistake(options_for(url));
    REQUIRE(mistake);
    REQUIRE(mistake->setting == "url");
    REQUIRE(mistake->message ==
            "a place may stand only after the host and a slash: https://crm.contoso.com/{{ id }}");
    const test::FakeClock clock(kNow);
    REQUIRE_THROWS_AS(Webhook(options_for(url), clock), std::invalid_argument);
  }
  REQUIRE(connector::find_mistake(options_for("https://crm.example/{{ idd }}"))->message ==
          "character 24: a lead has no field \"idd\"; did you mean \"id\"?");
}

TEST_CASE("settings that cannot work are found") {
  REQUIRE_FALSE(connector::find_mistake(options_for()));
  auto options = options_for();
  options.signing_secret = LiveSecret(Secret("whsec_!"));
  REQUIRE(connector::find_mistake(options)->setting == "signing_secret");
  for (const std::string pointer : {"id", "/a~", "/a~2", "#/a"}) {
    options = options_for();
    options.remote_id_pointer = pointer;
    REQUIRE(connector::find_mistake(options)->setting == "remote_id");
  }
  options = options_for();
  options.body = WebhookOptions::Body::text;
  REQUIRE(connector::find_mistake(options)->setting == "text");
  options.text = template_of("x");
  REQUIRE_FALSE(connector::find_mistake(options));
  options.body = WebhookOptions::Body::form;
  REQUIRE(connector::find_mistake(options)->setting == "text");
}

TEST_CASE("a form carries the mapping's targets, each under its whole name") {
  auto lead = sample_lead();
  lead.fields.first_name = "J\xC3\xBCrgen & S\xC3\xB6hne=1+1%";
  lead.fields.company = "\xE6\x97\xA5\xE6\x9C\xAC \xF0\x9F\x98\x80";
  lead.fields.title = "\"q\"\r\nx: {{ id }}~*";
  auto options = options_for();
  options.body = WebhookOptions::Body::form;
  options.mapping = mapping_of({{"name", R"("{{ first_name }}")"},
                                {"address.company", R"("{{ company }}")"},
                                {"empty", R"("{{ phone }}")"},
                                {"blank", R"("")"},
                                {"null", "null"},
                                {"title", R"("{{ title }}")"},
                                {"n", "8"},
                                {"t", "true"},
                                {"tag[]", R"(["a","{{ last_name }}","{{ phone }}",{"x":1}])"},
                                {"table", R"({"x":"{{ last_name }}","y":{"z":2}})"}});
  const auto request = sent_request(options, lead);
  REQUIRE(header(request, "Content-Type") == "application/x-www-form-urlencoded");
  REQUIRE(request.body ==
          "name=J%C3%BCrgen+%26+S%C3%B6hne%3D1%2B1%25&address.company=%E6%97%A5%E6%9C%AC+%F0%9F%98%80"
          "&title=%22q%22%0D%0Ax%3A+%7B%7B+id+%7D%7D~%2A&n=8&t=true"
          "&tag%5B%5D=a&tag%5B%5D=One&tag%5B%5D=%7B%22x%22%3A1%7D"
          "&table=%7B%22x%22%3A%22One%22%2C%22y%22%3A%7B%22z%22%3A2%7D%7D");
  options.mapping = mapping_of({{"a", R"("{{ phone }}")"}});
  REQUIRE(sent_request(options, lead).body.empty());
}

TEST_CASE("what fills a text is encoded as its content type needs") {
  auto lead = sample_lead();
  lead.fields.company = "</a><b c=\"d\" e='f'>&amp; {{ id }}\x01\x7F\n\xC3\xBC";
  struct Row {
    std::string_view content_type;
    std::string_view company;
  };
  const std::string_view markup =
      "&lt;/a&gt;&lt;b c=&quot;d&quot; e=&#39;f&#39;&gt;&amp;amp; {{ id }}  \n\xC3\xBC";
  const Row table[] = {
      {"", lead.fields.company},
      {"text/plain", lead.fields.company},
      {"application/xml", markup},
      {"text/XML; charset=utf-8", markup},
      {"application/soap+xml", markup},
      {"text/html", markup},
      {"application/json", "</a><b c=\\\"d\\\" e='f'>&amp; {{ id }}\\u0001\x7F\\n\xC3\xBC"},
      {"application/vnd.api+json; a=b", "</a><b c=\\\"d\\\" e='f'>&amp; {{ id }}\\u0001\x7F\\n\xC3\xBC"},
      {"application/x-www-form-urlencoded",
       "%3C%2Fa%3E%3Cb+c%3D%22d%22+e%3D%27f%27%3E%26amp%3B+%7B%7B+id+%7D%7D%01%7F%0A%C3%BC"},
  };
  for (const auto& [content_type, company] : table) {
    INFO(content_type);
    auto options = options_for();
    options.body = WebhookOptions::Body::text;
    options.text = template_of("<a x=\"{{ last_name }}\">{{ company }}</a>&");
    options.content_type = content_type;
    auto request = sent_request(options, lead);
    REQUIRE(request.body == "<a x=\"One\">" + std::string(company) + "</a>&");
    REQUIRE(header(request, "Content-Type") ==
            (content_type.empty() ? "text/plain; charset=utf-8" : content_type));
    // A header of the operator's says the same.
    options.content_type.clear();
    if (!content_type.empty()) options.headers = {{"content-type", std::string(content_type)}};
    request = sent_request(options, lead);
    REQUIRE(request.body == "<a x=\"One\">" + std::string(company) + "</a>&");
  }
  auto options = options_for();
  options.body = WebhookOptions::Body::text;
  options.text = template_of("{{ phone }}");
  REQUIRE(sent_request(options, lead).body.empty());
}

TEST_CASE("a lead without a required column is not sent") {
  auto options = options_for();
  options.columns = {{"email", 0, true}, {"last_name", 2}};
  const test::FakeClock clock(kNow);
  Webhook webhook(options, clock);
  test::ScriptedClient client;
  const LeadWithPayload lead = sample_lead();
  auto attempt = webhook.attempt(lead, client);
  attempt.start();
  REQUIRE(attempt.ended());
  REQUIRE(client.requests().empty());
  const auto outcome = attempt.result();
  REQUIRE(outcome.outcome == Outcome::rejected);
  REQUIRE(outcome.cause == "no value for the required column email");
  REQUIRE(webhook.preview(lead).rejected_because == outcome.detail);
}

TEST_CASE("a cut is told on the attempt") {
  auto options = options_for();
  options.columns = {{"last_name", 2}};
  const test::FakeClock clock(kNow);
  Webhook webhook(options, clock);
  test::ScriptedClient client;
  client.on_send([](const auto&) { return answer(201); });
  const LeadWithPayload lead = sample_lead();
  auto attempt = webhook.attempt(lead, client);
  attempt.start();
  client.run(std::chrono::milliseconds{0}, -1);
  REQUIRE(attempt.result().detail == "the CRM answered 201; last_name was cut from 3 to 2 characters");
  REQUIRE(nlohmann::json::parse(client.requests()[0].body)["last_name"] == "On");
}

TEST_CASE("a request is authorised as the settings say, and no header of the settings contradicts that") {
  auto options = options_for();
  options.headers = {{"authorization", "mine"}, {"X-Key", "mine"}};
  options.auth = connector::BearerAuth{LiveSecret(Secret("abc"))};
  auto request = sent_request(options);
  REQUIRE(header(request, "Authorization") == "Bearer abc");
  REQUIRE(header(request, "X-Key") == "mine");
  options.auth = connector::ApiKeyAuth{"x-key", LiveSecret(Secret("abc"))};
  request = sent_request(options);
  REQUIRE(header(request, "X-Key") == "abc");
  REQUIRE(header(request, "Authorization") == "mine");
  REQUIRE(count_headers(request, "X-Key") == 0);
}
