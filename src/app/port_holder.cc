#include "app/port_holder.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>

namespace leadspool::app {
namespace {

namespace fs = std::filesystem;

// The links /proc/PID/fd/N of sockets that listen on `port`: "socket:[12345]".
std::set<std::string> listening_sockets(const std::string& table, int port) {
  std::set<std::string> links;
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // the headings
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string number, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    words >> number >> local >> remote >> state >> queues >> timer >> retransmits >> uid >> timeout >> inode;
    constexpr std::string_view kListens = "0A";
    const auto colon = local.find(':');
    if (state != kListens || colon == std::string::npos) continue;
    int local_port = 0;
    std::from_chars(local.data() + colon + 1, local.data() + local.size(), local_port, 16);
    if (local_port == port) links.insert("socket:[" + inode + "]");
  }
  return links;
}

bool holds_one_of(const std::set<std::string>& links, const fs::path& process) {
  std::error_code failure;
  for (fs::directory_iterator at(process / "fd", failure), end; !failure && at != end;
       at.increment(failure)) {
    std::error_code gone;
    if (links.contains(fs::read_symlink(at->path(), gone).string())) return true;
  }
  return false;
}

std::string name_of(const fs::path& process) {
  std::ifstream file(process / "comm");
  std::string name;
  std::getline(file, name);
  return name;
}

}  // namespace

std::optional<PortHolder> port_holder(int port) {
  auto links = listening_sockets("/proc/net/tcp", port);
  links.merge(listening_sockets("/proc/net/tcp6", port));
  if (links.empty()) return std::nullopt;
  std::error_code failure;
  for (fs::directory_iterator at("/proc", failure), end; !failure && at != end; at.increment(failure)) {
    const auto name = at->path().filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc{} || parsed.ptr != name.data() + name.size()) continue;
    if (holds_one_of(links, at->path())) return PortHolder{pid, name_of(at->path())};
  }
  return std::nullopt;
}

}  // namespace leadspool::app
