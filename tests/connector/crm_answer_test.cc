#include "connector/crm_answer.h"

#include <nlohmann/json.hpp>

#include "support/catch.h"

using leadspool::connector::excerpt;
using leadspool::connector::kLongestExcerpt;
using leadspool::connector::read_crm_answer;

namespace {

bool is_utf8(const std::string& text) {
  try {
    return !nlohmann::json(text).dump().empty();
  } catch (const nlohmann::json::type_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("the CRM's words are found where CRMs put them") {
  const std::pair<std::string_view, std::string_view> table[] = {
      {R"({"error":{"code":"x","message":"no last name"}})", "no last name"},
      {R"({"message":"no last name","status":"error"})", "no last name"},
      {R"({"error":"no last name"})", "no last name"},
      {R"({"detail":"no last name","title":"Bad"})", "no last name"},
      {R"({"errors":[{"message":"no last name"}]})", "no last name"},
      {R"([{"message":"no last name","errorCode":"X"}])", "no last name"},
      {R"({"error":{"message":"first"},"message":"second"})", "first"},
      {R"({"error":"invalid_client","error_description":"no last name"})", "no last name"},
      {R"({"errors":[{"status":"422","detail":"no last name"}]})", "no last name"},
      {R"({"error":{"code":200,"message":"Odoo Server Error","data":{"message":"no last name"}}})",
       "no last name"},
      {R"({"success":true,"result":[{"status":"skipped","reasons":[{"message":"no last name"}]}]})",
       "no last name"},
      {R"({"error":{"code":"0x80040333","message":""}})", "0x80040333"},
      {R"([{"errorCode":"UNABLE_TO_LOCK_ROW"}])", "UNABLE_TO_LOCK_ROW"},
      {R"({"message":"two\nlines\tand\u0000 \u0007more"})", "two lines and more"},
      {R"({"message":7,"error":null})", ""},
      {R"({"message":"cut o)", ""},
      {R"({})", ""},
      {R"([])", ""},
      {"[1]", ""},
      {"404", ""},
      {"<html>503</html>", ""},
      {"", ""},
  };
  for (const auto& [body, words] : table) {
    INFO(body);
    REQUIRE(read_crm_answer(body).words == words);
  }
}

TEST_CASE("the CRM's words and the field are found in the formats of frameworks") {
  struct Row {
    std::string_view body;
    std::string_view words;
    std::string_view field;
  };
  const Row table[] = {
      // Plain text
      {"Company is required", "Company is required", ""},
      {"\xEF\xBB\xBF\r\nCompany is\nrequired\r\n", "Company is required", ""},
      {"\"Company is required\"", "Company is required", ""},
      {"Stra\xDF"
       "e fehlt",
       "Stra\xEF\xBF\xBD"
       "e fehlt",
       ""},
      {"\x1F\x8B\x08 gzip", "", ""},
      // Pages
      {"<!DOCTYPE html>\n<html><head><title>502 Bad &amp; Gone</title></head><body><p>a</p></body></html>",
       "502 Bad & Gone", ""},
      {"<html><body><h1>Oops</h1><message>no</message></body></html>", "", ""},
      {"<html><title>cut o", "", ""},
      // Members in other capitals
      {R"({"Message":"Company is required"})", "Company is required", ""},
      {R"({"MESSAGE":"no","Field":"Company"})", "no", "Company"},
      {R"({"Message":"other","message":"exact"})", "exact", ""},
      {R"({"Error":{"Message":"no"}})", "no", ""},
      // ASP.NET
      {R"({"type":"x","title":"One or more validation errors occurred.","status":400,"errors":{"Email":["The Email field is required."]}})",
       "The Email field is required.", "Email"},
      {R"({"title":"Bad","errors":{"$.Company":["is required"]}})", "is required", "Company"},
      {R"({"title":"Bad","errors":{}})", "Bad", ""},
      {R"({"type":"x","title":"Unprocessable Entity","status":422})", "Unprocessable Entity", ""},
      {R"({"Message":"The request is invalid.","ModelState":{"lead.Email":["is taken"]}})", "is taken",
       "lead.Email"},
      // FastAPI
      {R"({"detail":[{"loc":["body","email"],"msg":"field required","type":"missing"}]})", "field required",
       "email"},
      {R"({"detail":[{"loc":["body","phones",0],"msg":"too short"}]})", "too short", "phones"},
      {R"({"detail":[{"loc":[],"msg":"too short"}]})", "too short", ""},
      // Rails
      {R"({"errors":{"company":["can't be blank","is short"]}})", "can't be blank", "company"},
      {R"({"errors":{"company":"can't be blank"}})", "can't be blank", "company"},
      {R"({"errors":{"company":[],"email":["is taken"]}})", "is taken", "email"},
      {R"({"errors":["Company can't be blank"]})", "Company can't be blank", ""},
      {R"({"error":"Unprocessable Entity","errors":["Company can't be blank"]})", "Company can't be blank",
       ""},
      {R"({"errors":{"message":"no","field":"company"}})", "no", "company"},
      {R"({"errors":{"email":{"message":"is taken","kind":"unique"}}})", "is taken", "email"},
      // Zoho
      {R"({"data":[{"code":"INVALID_DATA","details":{"api_name":"Email"},"message":"invalid data","status":"error"}]})",
       "invalid data", "Email"},
      // OData
      {R"({"error":{"code":"","message":{"lang":"en-US","value":"no such property"}}})", "no such property",
       ""},
      {R"({"odata.error":{"code":"","message":{"lang":"en-US","value":"no such property"}}})",
       "no such property", ""},
      {R"({"message":{"value":"no such property"}})", "no such property", ""},
      {R"(<?xml version="1.0"?><m:error xmlns:m="x"><m:code/><m:message xml:lang="en">no such property</m:message></m:error>)",
       "no such property", ""},
      // SOAP 1.1 and 1.2
      {R"(<s:Envelope xmlns:s="x"><s:Body><s:Fault><faultcode>s:Client</faultcode><faultstring xml:lang="en"> Company &lt;is&gt; required</faultstring></s:Fault></s:Body></s:Envelope>)",
       "Company <is> required", ""},
      {"<Fault><faultstring><![CDATA[a < b]]></faultstring></Fault>", "a < b", ""},
      {R"(<env:Fault><env:Reason><env:Text xml:lang="en">Company is required</env:Text></env:Reason></env:Fault>)",
       "Company is required", ""},
      // OAuth
      {R"({"error":"invalid_grant","error_description":"token expired"})", "token expired", ""},
  };
  for (const auto& [body, words, field] : table) {
    INFO(body);
    const auto read = read_crm_answer(body);
    REQUIRE(read.words == words);
    REQUIRE(read.field == field);
  }
}

TEST_CASE("a long text or a deep one does no harm") {
  REQUIRE(read_crm_answer(std::string(1'000'000, 'x')).words == std::string(300, 'x'));
  REQUIRE(read_crm_answer(std::string(1'000'000, '<')).words.empty());
  std::string deep;
  for (int i = 0; i < 20'000; ++i) deep += R"({"errors":{"detail":)";
  REQUIRE(read_crm_answer(deep + "1" + std::string(40'000, '}')).words.empty());
}

TEST_CASE("the CRM's words are cut after 300 characters, not bytes") {
  std::string long_text;
  for (int i = 0; i < 400; ++i) long_text += "\xC3\xAB";
  REQUIRE(read_crm_answer(R"({"message":")" + long_text + "\"}").words == long_text.substr(0, 600));
}

TEST_CASE("the field at fault is found where CRMs put it") {
  REQUIRE(read_crm_answer(R"({"field":"last_name"})").field == "last_name");
  REQUIRE(read_crm_answer(R"({"error":{"field":"last_name"}})").field == "last_name");
  REQUIRE(read_crm_answer(R"({"errors":[{"field":"last_name"},{"field":"email"}]})").field == "last_name");
  REQUIRE(read_crm_answer(R"([{"message":"x","fields":["LastName","Company"]}])").field == "LastName");
  REQUIRE(read_crm_answer(R"({"error":{"target":"email"}})").field == "email");
  REQUIRE(read_crm_answer(R"({"errors":[{"context":{"propertyName":["email"]}}]})").field == "email");
  REQUIRE(read_crm_answer(R"({"fields":[]})").field.empty());
  REQUIRE(read_crm_answer(R"({"errors":[]})").field.empty());
  REQUIRE(read_crm_answer(R"({"field":{"name":"last_name"}})").field.empty());
}

TEST_CASE("the CRM's record id may be a text or a number") {
  REQUIRE(read_crm_answer(R"({"id":"00Q5e00000A"})").remote_id == "00Q5e00000A");
  REQUIRE(read_crm_answer(R"({"id":9007199254740993})").remote_id == "9007199254740993");
  REQUIRE(read_crm_answer(R"({"id":null})").remote_id.empty());
  REQUIRE(read_crm_answer(R"({"id":{"a":1}})").remote_id.empty());
  REQUIRE(read_crm_answer("[4711]").remote_id.empty());
}

TEST_CASE("an answer of nothing but brackets does no harm") {
  REQUIRE(read_crm_answer(std::string(100'000, '[')).words.empty());
  REQUIRE(read_crm_answer(std::string(50'000, '[') + std::string(50'000, ']')).words.empty());
}

TEST_CASE("the excerpt of an answer is valid UTF-8 without NUL and at most 20 KiB") {
  REQUIRE(excerpt("plain") == "plain");
  REQUIRE(excerpt("Zo\xC3\xAB") == "Zo\xC3\xAB");
  REQUIRE(excerpt("a\xFF"
                  "b") ==
          "a\xEF\xBF\xBD"
          "b");
  REQUIRE(excerpt(std::string_view("a\0b", 3)) ==
          "a\xEF\xBF\xBD"
          "b");
  REQUIRE(excerpt(std::string(100'000, 'x')) == std::string(kLongestExcerpt, 'x'));

  for (const std::string_view unit :
       {std::string_view("\xFF"), std::string_view("\0", 1), std::string_view("\xF0\x9F\x9A\x80"),
        std::string_view("\xED\xA0\x80")}) {
    for (const std::string_view start : {"", "x", "xx", "xxx"}) {
      std::string body{start};
      while (body.size() < 30'000) body += unit;
      const std::string kept = excerpt(body);
      REQUIRE(kept.size() <= kLongestExcerpt);
      REQUIRE(kept.size() > kLongestExcerpt - 4);
      REQUIRE(is_utf8(kept));
      REQUIRE(kept.find('\0') == std::string::npos);
    }
  }
}
