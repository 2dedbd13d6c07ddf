// The sources: what the configuration tells of them, and what came from them.
#include "admin_fixture.h"
#include "outbox/alert_log.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

using std::chrono::hours;

nlohmann::json sources_of(AdminFixture& admin) { return admin.get_json("/api/v1/sources").at("sources"); }

}  // namespace

TEST_CASE("a source is shown with its address, without a key, and with what came from it") {
  AdminFixture admin;
  admin.sources = {{.name = "marketplace",
                    .url = "https://leads.contoso.com/leads/marketplace",
                    .keys = 2,
                    .silence_hours = 72,
                    .test_leads = "deliver",
                    .do_not_contact = "hold"}};
  admin.add_lead();
  admin.clock.advance(hours{30});
  admin.add_lead();
  admin.add_quarantined_lead();
  REQUIRE(sources_of(admin) == nlohmann::json{{{"name", "marketplace"},
                                               {"configured", true},
                                               {"url", "https://leads.contoso.com/leads/marketplace"},
                                               {"keys", 2},
                                               {"last_received_at", "2026-01-02T06:00:00.000Z"},
                                               {"silence_hours", 72},
                                               {"silent", false},
                                               {"received_24h", 2},
                                               {"test_leads", "deliver"},
                                               {"do_not_contact", "hold"}}});
}

TEST_CASE("a source that only stored leads still name comes last, and is not watched") {
  AdminFixture admin;
  admin.add_quarantined_lead({}, "<script>\u202e");
  const auto sources = sources_of(admin);
  REQUIRE(sources.size() == 2);
  REQUIRE(sources.at(0).at("name") == "marketplace");
  REQUIRE(sources.at(0).at("last_received_at").is_null());
  REQUIRE(sources.at(0).at("received_24h") == 0);
  REQUIRE(sources.at(1).at("name") == "<script>\u202e");
  REQUIRE(sources.at(1).at("configured") == false);
  REQUIRE(sources.at(1).at("url").is_null());
  REQUIRE(sources.at(1).at("test_leads").is_null());
  REQUIRE(sources.at(1).at("received_24h") == 1);
  REQUIRE(sources.at(1).at("silent") == false);
}

TEST_CASE("a watched source is silent when nothing came for as long as was configured") {
  AdminFixture admin;
  admin.sources[0].silence_hours = 24;
  admin.add_lead();
  const auto is_silent = [&] { return sources_of(admin).at(0).at("silent").get<bool>(); };
  admin.clock.advance(hours{24} - Milliseconds{1});
  REQUIRE_FALSE(is_silent());
  admin.clock.advance(Milliseconds{1});
  REQUIRE(is_silent());
  admin.sources[0].silence_hours = 0;
  REQUIRE_FALSE(is_silent());
}

TEST_CASE("a watched source that never sent anything is silent when people were told so") {
  AdminFixture admin;
  admin.sources[0].silence_hours = 24;
  outbox::AlertLog log(admin.committer);
  const auto told = [&](std::int64_t degree) {
    outbox::AlertChanges changes;
    changes.written = {{"log:silence/marketplace", admin.clock.now(), admin.clock.now(), degree, "silent"}};
    REQUIRE_FALSE(log.write(changes));
  };
  REQUIRE(sources_of(admin).at(0).at("silent") == false);
  told(1);
  REQUIRE(sources_of(admin).at(0).at("silent") == true);
  told(-1);
  REQUIRE(sources_of(admin).at(0).at("silent") == false);
}

TEST_CASE("without a configuration there are the stored sources alone, and no parameter is taken") {
  AdminFixture admin;
  REQUIRE(admin.get("/api/v1/sources", {{"limit", "1"}}).status == 400);
  StoreFixture store;
  store.add_lead();
  admin::AdminApi api({.access = admin::Access::open, .tokens = {}}, {store.reader, store.overview}, {},
                      store.clock);
  http::Router router;
  api.add_routes(router);
  http::Request request;
  request.method = "GET";
  request.path = "/api/v1/sources";
  const auto sources = nlohmann::json::parse(router.handle(request).body).at("sources");
  REQUIRE(sources.size() == 1);
  REQUIRE(sources.at(0).at("configured") == false);
}

}  // namespace leadspool::test
