#include <algorithm>

#include "app/connector_config.h"
#include "app/crm_config.h"
#include "base/digest.h"
#include "base/text.h"
#include "connector/azure_table.h"

namespace leadspool::app {
namespace {

// The row, and once more when the secret was refused.
constexpr int kRequests = 2;

constexpr const char* kUrlExample = "https://contoso.table.core.windows.net";

bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_azure(std::string_view host) {
  for (const auto* cloud : {".windows.net", ".azure.net", ".chinacloudapi.cn", ".usgovcloudapi.net"}) {
    if (host.ends_with(cloud)) return true;
  }
  return false;
}

void check_table_service(ConfigSection& section, const std::string& url) {
  const auto host = host_of(url);
  if (!is_azure(host)) return;
  if (path_of(url).empty() && host.find(".table.") != std::string::npos) return;
  section.error("url",
                std::string("must be like \"") + kUrlExample +
                    "\": Azure portal > Storage accounts > (the account) > Settings > Endpoints > Table "
                    "service");
}

std::string read_table(ConfigSection& section) {
  auto table = required_text(section, "table", "the table's name, like \"MarketplaceLeads\"");
  const bool right =
      table.size() >= 3 && table.size() <= 63 && is_letter(table.front()) &&
      std::all_of(table.begin(), table.end(), [](char c) { return is_letter(c) || is_digit(c); });
  if (!table.empty() && !right) {
    section.error("table", "must be 3 to 63 letters and digits, a letter first, as Azure has it");
  }
  return table;
}

// nullopt: there is nothing to object to.
std::optional<std::string> wrong_signature(const std::string& sas) {
  if (sas.starts_with("http")) {
    return "must be the SAS token alone, which begins with \"sv=\"; the address before it goes into `url`";
  }
  if (sas.find("sig=") == std::string::npos) {
    return "is no SAS token, which has \"sv=\" and \"sig=\" in it: Azure portal > Storage accounts > (the "
           "account) "
           "> Security + networking > Shared access signature";
  }
  return std::nullopt;
}

void read_credential(ConfigSection& section, const ReadingContext& context,
                     connector::AzureTableOptions& options) {
  const bool by_signature = section.find("sas") != nullptr;
  const bool by_key = section.find("account_key") != nullptr;
  options.sas = read_live_secret(section, "sas", context);
  options.account_key = read_live_secret(section, "account_key", context);
  if (by_signature == by_key) {
    section.error(by_key ? "account_key" : "sas",
                  by_key ? "only one of `sas` and `account_key` can be used; remove one"
                         : "missing: set `sas` (a shared access signature for the table) or `account_key`");
  }
  const auto wrong = options.sas.empty() ? std::nullopt : wrong_signature(options.sas.get().reveal());
  if (wrong) section.error("sas", *wrong);
  if (!options.account_key.empty() && !from_base64(options.account_key.get().reveal())) {
    section.error("account_key",
                  "is not base64, as an account's key is: Azure portal > Storage accounts > (the account) > "
                  "Security + networking > Access keys");
  }
}

std::string read_account(ConfigSection& section, const std::string& url) {
  auto account = section.text("account_name").value_or("");
  const bool by_key = section.find("account_key") != nullptr;
  if (!account.empty() && !by_key)
    section.error("account_name", "is only used with `account_key`; remove the line");
  if (by_key && account.empty() && !url.empty() && !is_azure(host_of(url))) {
    section.error("account_name", "missing: `url` does not begin with the storage account's name");
  }
  return account;
}

}  // namespace

ConnectorConfig read_azure_table(ConfigSection& section, const ReadingContext& context) {
  connector::AzureTableOptions options;
  options.crm =
      read_crm(section, context,
               {{connector::azure_table_mapping(), connector::azure_table_columns()}, kUrlExample, ""});
  check_table_service(section, options.crm.url);
  options.table = read_table(section);
  read_credential(section, context, options);
  options.account_name = read_account(section, options.crm.url);
  return crm_connector<connector::AzureTable>(std::move(options), kRequests);
}

}  // namespace leadspool::app
