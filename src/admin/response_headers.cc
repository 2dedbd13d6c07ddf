#include "admin/response_headers.h"

namespace leadspool::admin {
namespace {

constexpr const char* kPolicyHeader = "Content-Security-Policy";

}  // namespace

void add_response_headers(http::Router& router) {
  router.add_header({"Cache-Control", "no-store"});
  router.add_header({"X-Content-Type-Options", "nosniff"});
  router.add_header({"Referrer-Policy", "no-referrer"});
  router.add_header({"X-Frame-Options", "DENY"});
  router.add_header({kPolicyHeader, "default-src 'none'; frame-ancestors 'none'"});
}

http::Header page_policy() {
  return {kPolicyHeader,
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
          "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"};
}

}  // namespace leadspool::admin
