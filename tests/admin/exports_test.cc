// All leads as CSV and NDJSON.
#include "admin_fixture.h"
#include "support/catch.h"

namespace leadspool::test {
namespace {

outbox::NewLead lead_of(LeadFields fields) {
  outbox::NewLead lead;
  lead.source = "marketplace";
  lead.fields = std::move(fields);
  lead.receipt = StoreFixture::receipt();
  lead.deliveries = {{"crm", std::nullopt}, {"mail", std::nullopt}};
  return lead;
}

std::vector<std::string> lines_of(const std::string& text, const std::string& end) {
  std::vector<std::string> lines;
  std::size_t from = 0;
  for (auto at = text.find(end); at != std::string::npos; at = text.find(end, from)) {
    lines.push_back(text.substr(from, at - from));
    from = at + end.size();
  }
  REQUIRE(from == text.size());
  return lines;
}

const std::string kHeader =
    "id,received_at,source,disposition,first_name,last_name,email,phone,country,company,title,offer_title,"
    "lead_source,publisher,offer_id,action_code,description,deliveries,erased_at";

}  // namespace

TEST_CASE("a CSV has a header and one row for each lead, newest first") {
  AdminFixture admin;
  const auto empty = admin.get("/api/v1/leads.csv");
  REQUIRE(AdminFixture::whole_body(empty) == kHeader + "\r\n");

  const Uuid first = admin.add(lead_of({.first_name = "Anna", .company = "Contoso"}));
  const Uuid second = admin.add(lead_of({.last_name = "Müller"}));
  const auto response = admin.get("/api/v1/leads.csv");
  REQUIRE(response.status == 200);
  REQUIRE(response.content_type == "text/csv; charset=utf-8");
  REQUIRE(http::find_header(response.headers, "Content-Disposition") == "attachment; filename=\"leads.csv\"");
  const auto lines = lines_of(AdminFixture::whole_body(response), "\r\n");
  REQUIRE(lines.size() == 3);
  REQUIRE(lines[1] == to_string(second) +
                          ",2026-01-01T00:00:00.000Z,marketplace,deliver,,Müller,,,,,,,,,,,," +
                          "crm=pending; mail=pending,");
  REQUIRE(lines[2] == to_string(first) +
                          ",2026-01-01T00:00:00.000Z,marketplace,deliver,Anna,,,,,Contoso,,,,,,,," +
                          "crm=pending; mail=pending,");
}

TEST_CASE("what would end a cell or a row is quoted, and what would run in a spreadsheet is not run") {
  AdminFixture admin;
  struct Case {
    std::string text;
    std::string cell;
  };
  const std::vector<Case> cases{
      {"a,b", "\"a,b\""},
      {"say \"hi\"", "\"say \"\"hi\"\"\""},
      {"two\r\nlines", "\"two\r\nlines\""},
      {"=1+1", "'=1+1"},
      {"+46 8 123", "'+46 8 123"},
      {"-1", "'-1"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\t=1", "'\t=1"},
      {"\r=1", "\"'\r=1\""},
      {"=HYPERLINK(\"http://x\",\"y\")", "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""},
      {"<script>alert(1)</script>", "<script>alert(1)</script>"},
      {"\u202eevil", "\u202eevil"}};
  for (const auto& each : cases) {
    const Uuid id = admin.add(lead_of({.company = each.text}));
    const auto body = AdminFixture::whole_body(admin.get("/api/v1/leads.csv"));
    const std::string begin = to_string(id) + ",2026-01-01T00:00:00.000Z,marketplace,deliver,,,,,,";
    REQUIRE(body.find(begin + each.cell + ",,") != std::string::npos);
  }
}

TEST_CASE("an NDJSON line is a lead as it is listed") {
  AdminFixture admin;
  admin.add(lead_of({.company = "<script>\"\n\u202e"}));
  admin.add_erased_lead();
  const auto response = admin.get("/api/v1/leads.ndjson");
  REQUIRE(response.content_type == "application/x-ndjson");
  const auto lines = lines_of(AdminFixture::whole_body(response), "\n");
  const auto listed = admin.get_json("/api/v1/leads").at("leads");
  REQUIRE(lines.size() == 2);
  for (std::size_t i = 0; i < lines.size(); ++i) REQUIRE(nlohmann::json::parse(lines[i]) == listed.at(i));
}

TEST_CASE("an export takes the filters of the list, and comes in parts") {
  AdminFixture admin;
  for (int i = 0; i < 700; ++i) admin.add_lead("One", i % 350 == 0 ? "rare" : "crm");
  const auto response = admin.get("/api/v1/leads.ndjson");
  int parts = 0;
  std::string body;
  while (const auto part = response.next_part()) {
    ++parts;
    body += *part;
  }
  REQUIRE(parts == 3);
  REQUIRE(lines_of(body, "\n").size() == 700);
  REQUIRE_FALSE(response.next_part());
  const auto rare = AdminFixture::whole_body(admin.get("/api/v1/leads.ndjson", {{"destination", "rare"}}));
  REQUIRE(lines_of(rare, "\n").size() == 2);
  const auto none = AdminFixture::whole_body(admin.get("/api/v1/leads.ndjson", {{"destination", "none"}}));
  REQUIRE(none.empty());
}

TEST_CASE("leads that come while an export is on its way harm it not") {
  AdminFixture admin;
  for (int i = 0; i < 400; ++i) admin.add_lead();
  const auto response = admin.get("/api/v1/leads.ndjson");
  std::string body = response.next_part().value();
  for (int i = 0; i < 10; ++i) admin.add_lead();
  while (const auto part = response.next_part()) body += *part;
  REQUIRE(lines_of(body, "\n").size() == 400);
}

TEST_CASE("an export can be masked, and shows of an erased lead when that was") {
  AdminFixture admin;
  admin.add(lead_of({.first_name = "Anna", .email = "anna@contoso.com"}));
  const Uuid gone = admin.add_erased_lead();
  const auto body = AdminFixture::whole_body(admin.get("/api/v1/leads.csv", {{"masked", "true"}}));
  REQUIRE(body.find("A•••,,a•••@contoso.com") != std::string::npos);
  REQUIRE(body.find("anna@") == std::string::npos);
  REQUIRE(body.find(to_string(gone) + ",2026-01-01T00:00:00.000Z,marketplace,deliver,,,,,,,,,,,,,,"
                                      "crm=discarded,2026-01-01T00:00:00.000Z\r\n") != std::string::npos);
}

TEST_CASE("an export refuses what it does not know, and what is for pages only") {
  AdminFixture admin;
  for (const char* format : {"/api/v1/leads.csv", "/api/v1/leads.ndjson"}) {
    for (const char* name : {"limit", "cursor", "x"}) {
      const auto response = admin.get(format, {{name, "1"}});
      REQUIRE(response.status == 400);
      REQUIRE(error_code(response) == "bad_parameter");
      REQUIRE_FALSE(response.next_part);
    }
    REQUIRE(admin.get(format, {{"state", "lost"}}).status == 400);
    REQUIRE(admin.call("GET", format, {}, {}, std::nullopt).status == 401);
  }
}

}  // namespace leadspool::test
