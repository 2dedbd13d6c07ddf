#include "app/account.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace leadspool::app {
namespace {

Account account_of(uid_t uid, gid_t gid) {
  const auto* entry = getpwuid(uid);
  if (entry == nullptr) return {uid, gid, std::to_string(uid)};
  return {uid, entry->pw_gid, entry->pw_name};
}

}  // namespace

Account this_account() { return account_of(geteuid(), getegid()); }

std::optional<Account> owner_of(const std::string& path) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return account_of(status.st_uid, status.st_gid);
}

bool is_account(const std::string& name) { return getpwnam(name.c_str()) != nullptr; }

bool become(const Account& account) {
  return initgroups(account.name.c_str(), account.gid) == 0 && setgid(account.gid) == 0 &&
         setuid(account.uid) == 0;
}

}  // namespace leadspool::app
