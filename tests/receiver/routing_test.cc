// Which destinations a lead that comes in goes to.
#include "receiver/front.h"
#include "support/catch.h"

namespace leadspool {
namespace {

using test::Front;

WantedLeads only(std::vector<WantedCondition> conditions) {
  return std::get<WantedLeads>(WantedLeads::parse(std::move(conditions)));
}

receiver::ReceiverOptions routed(std::vector<receiver::Route> routes) {
  auto options = test::default_options();
  options.routes = std::move(routes);
  return options;
}

std::string body(const std::string& country, const std::string& offer = "contoso.crm") {
  return R"({"UserDetails":{"LastName":"One","Country":")" + country +
         R"("},"LeadSource":"AzureMarketplace-INS|)" + offer + R"("})";
}

std::vector<std::string> destinations_of(const outbox::LeadDetail& detail) {
  std::vector<std::string> names;
  for (const auto& delivery : detail.view.deliveries) names.push_back(delivery.destination);
  return names;
}

}  // namespace

TEST_CASE("a lead goes to each destination that wants it, and to no other") {
  Front front(routed({{"all", {}},
                      {"america", only({{"country", {"US", "CA"}}})},
                      {"fabrikam", only({{"publisher", {"fabrikam"}}, {"offer", {"s*"}}})}}));
  REQUIRE(destinations_of(front.stored(front.post(body("US")))) ==
          std::vector<std::string>{"all", "america"});
  REQUIRE(destinations_of(front.stored(front.post(body("DE", "fabrikam.shop")))) ==
          std::vector<std::string>{"all", "fabrikam"});
  REQUIRE(destinations_of(front.stored(front.post(body("DE")))) == std::vector<std::string>{"all"});
}

TEST_CASE("a lead that no destination wants is accepted, kept and shown as such") {
  Front front(routed({{"america", only({{"country", {"US"}}})}}));
  const auto answer = front.post(body("DE"));
  REQUIRE(answer.status == 202);
  const auto detail = front.stored(answer);
  REQUIRE(detail.view.deliveries.empty());
  REQUIRE(detail.view.unrouted);
  REQUIRE(front.store.overview.status().unrouted == 1);
  (void)front.post(body("US"));
  (void)front.post("");            // a probe
  (void)front.post("not a lead");  // quarantined
  REQUIRE(front.store.overview.status().unrouted == 1);
}

TEST_CASE("what is held is routed as well") {
  auto options =
      routed({{"tests", only({{"disposition", {"test"}}})}, {"rest", only({{"disposition", {"de*"}}})}});
  options.sources[0].test_leads = receiver::Rule::hold;
  Front front(std::move(options));
  const auto detail =
      front.stored(front.post(R"({"UserDetails":{"LastName":"MSFT_TEST_636573304831318844"}})"));
  REQUIRE(destinations_of(detail) == std::vector<std::string>{"tests"});
  REQUIRE(detail.view.deliveries[0].state == State::held);
}

TEST_CASE("a duplicate is routed as the lead that it repeats") {
  Front front(routed({{"deliver", only({{"disposition", {"deliver"}}})}}));
  (void)front.post(body("US"));
  const auto second = front.stored(front.post(body("US")));
  REQUIRE(second.view.lead.disposition == Disposition::duplicate);
  REQUIRE(destinations_of(second) == std::vector<std::string>{"deliver"});
  REQUIRE(second.view.deliveries[0].state == State::held);
}

}  // namespace leadspool
