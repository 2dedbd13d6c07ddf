// A Leadspool beside a simulated CRM of one type, which speaks that CRM's protocol over TLS.
//
// Thread-safety: one thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "e2e/installation.h"

namespace leadspool::test {

// One type of destination and how its simulated CRM is used.
struct CrmType {
  std::string name;  // of the type, and the simulator's path
  std::string keys;  // TOML of the destination; $URL is the CRM's, $SECRET and $TOKEN name the secrets' files
  // The column of the CRM in which a lead's field arrives, as a path of JSON within the record.
  std::map<std::string, std::string> columns;
  // The key that a wrong secret's message must name.
  std::string secret_setting;
  std::string refused_column;  // that the simulator finds fault with when told to refuse a lead
  bool has_tokens = false;     // OAuth2: tokens lapse
};

[[nodiscard]] const std::vector<CrmType>& crm_types();
[[nodiscard]] const CrmType& crm_type(const std::string& name);

class CrmInstallation : public Installation {
 public:
  // `more_keys` are added to the destination's.
  explicit CrmInstallation(const CrmType& type, const std::string& more_keys = {});

  [[nodiscard]] const CrmType& type() const { return type_; }

  // What the CRM holds: {"id", "key", "times_received", "lead"}.
  [[nodiscard]] std::vector<Json> records() const;
  // As text; empty when the record has none.
  [[nodiscard]] std::string column(const Json& record, const std::string& lead_field) const;

  // What stands in the files of the secrets: what the CRM knows, or something else.
  void give_secrets() const;
  void spoil_secrets() const;

  void set_fault(const std::string& json) const { (void)call("PUT", "/faults", json); }
  void change_settings(const std::string& json) const { (void)call("PUT", "/settings", json); }
  [[nodiscard]] Json settings() const { return call("GET", "/settings"); }
  void revoke_tokens() const { (void)call("DELETE", "/tokens"); }

  // As the API tells of it.
  [[nodiscard]] Json destination() const;

 private:
  Json call(const std::string& method, const std::string& path, const std::string& body = {}) const;
  [[nodiscard]] std::string url() const;

  CrmType type_;
};

}  // namespace leadspool::test
