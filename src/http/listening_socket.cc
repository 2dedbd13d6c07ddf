#include "http/listening_socket.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <variant>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ip_address.h"

namespace leadspool::http {

namespace {

constexpr int kBacklog = 1024;  // a burst of leads waits here rather than being refused

std::string text_of(int error) { return std::generic_category().message(error); }

// Any of the address structures, as the socket calls want them.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress tcp_address(const std::string& address, int port) {
  SocketAddress result;
  const std::string literal = address == "localhost" ? "127.0.0.1" : address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, literal.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&result.storage, &v4, sizeof v4);
    result.size = sizeof v4;
  } else if (inet_pton(AF_INET6, literal.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(static_cast<std::uint16_t>(port));
    std::memcpy(&result.storage, &v6, sizeof v6);
    result.size = sizeof v6;
  } else {
    throw BindError("cannot listen on \"" + address + "\": it is not an IP address (nor \"localhost\")");
  }
  return result;
}

SocketAddress unix_address(const std::string& path) {
  SocketAddress result;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    throw BindError("cannot listen on " + path + ": the path of a socket may have at most " +
                    std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  path.copy(address.sun_path, path.size());
  std::memcpy(&result.storage, &address, sizeof address);
  result.size = sizeof address;
  return result;
}

std::string reason(int error, int port) {
  switch (error) {
    case EADDRINUSE:
      return "it is in use already; another program listens there";
    case EADDRNOTAVAIL:
      return "this machine has no such address";
    case EACCES:
      if (port > 0 && port < 1024) {
        return "permission denied; a port below 1024 needs root or the capability CAP_NET_BIND_SERVICE";
      }
      return "permission denied";
    default:
      return text_of(error);
  }
}

// What stands at `path` may be replaced: nothing, or a socket nobody answers on.
void check_replaceable(const std::string& path, const SocketAddress& address) {
  struct stat found{};
  if (lstat(path.c_str(), &found) != 0) return;
  if (!S_ISSOCK(found.st_mode)) {
    throw BindError("cannot listen on " + path + ": there is a file that is not a socket; it is left alone");
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answered = connect(probe, address.get(), address.size) == 0;
  close(probe);
  if (answered) throw BindError("cannot listen on " + path + ": " + reason(EADDRINUSE, 0));
}

}  // namespace

ListeningSocket::ListeningSocket(const ServerOptions& options) {
  try {
    if (options.inherited_socket >= 0) {
      inherit(options);
    } else if (options.unix_socket.empty()) {
      bind_tcp(options.address, options.port);
    } else {
      bind_unix(options.unix_socket);
    }
  } catch (const BindError&) {
    if (fd_ >= 0) close(fd_);
    throw;
  }
}

ListeningSocket::~ListeningSocket() {
  close(fd_);
  struct stat found{};
  if (!path_.empty() && lstat(path_.c_str(), &found) == 0 && found.st_ino == inode_) unlink(path_.c_str());
}

void ListeningSocket::bind_tcp(const std::string& address, int port) {
  const auto where = "cannot listen on " + address + " port " + std::to_string(port) + ": ";
  auto bound = tcp_address(address, port);
  const int family = bound.storage.ss_family;
  fd_ = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) throw BindError(where + reason(errno, port));

  const int on = 1;
  const int off = 0;
  setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // "::" takes IPv4 too, whatever the system's default.
  if (family == AF_INET6) setsockopt(fd_, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (bind(fd_, bound.get(), bound.size) != 0 || listen(fd_, kBacklog) != 0) {
    throw BindError(where + reason(errno, port));
  }

  note_address(where);
}

void ListeningSocket::inherit(const ServerOptions& options) {
  fd_ = options.inherited_socket;
  const std::string where =
      "cannot listen on the socket that was handed down (" + std::to_string(fd_) + "): ";
  const auto is = [&](int what, int wanted) {
    int found = 0;
    socklen_t size = sizeof found;
    return getsockopt(fd_, SOL_SOCKET, what, &found, &size) == 0 && found == wanted;
  };
  if (!is(SO_TYPE, SOCK_STREAM) || !is(SO_ACCEPTCONN, 1)) {
    throw BindError(where + "it is no listening stream socket; the socket unit needs ListenStream=");
  }
  note_address(where);
  const bool plain = options.certificate_file.empty() && options.private_key_file.empty();
  if (plain && !is_loopback(address_)) {
    throw BindError(where + address_ + " port " + std::to_string(port_) +
                    " can be reached from elsewhere, and keys must not travel over plain HTTP; configure a "
                    "certificate, or give the socket unit ListenStream=127.0.0.1:<port>");
  }
  if (fcntl(fd_, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd_, F_SETFL, O_NONBLOCK) != 0) {
    throw BindError(where + text_of(errno));
  }
}

void ListeningSocket::note_address(const std::string& where) {
  SocketAddress bound;
  bound.size = sizeof bound.storage;
  if (getsockname(fd_, bound.get(), &bound.size) != 0) throw BindError(where + text_of(errno));
  const auto address = IpAddress::of(bound.storage);
  if (!address) throw BindError(where + "it has no IP address");
  address_ = address->to_string();
  // At the same place in the structures of both families.
  port_ = ntohs(reinterpret_cast<const sockaddr_in*>(bound.get())->sin_port);
}

// Bound beside the final name and moved there when it can answer, so that clients never find a dead socket.
void ListeningSocket::bind_unix(const std::string& path) {
  const auto where = "cannot listen on " + path + ": ";
  const auto fresh_path = path + ".new";
  const auto fresh = unix_address(fresh_path);
  check_replaceable(path, unix_address(path));

  fd_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd_ < 0) throw BindError(where + text_of(errno));
  // Linux gives the file the socket's own mode, so it is never open to others, not even for a moment.
  if (fchmod(fd_, 0600) != 0) throw BindError(where + text_of(errno));
  unlink(fresh_path.c_str());
  if (bind(fd_, fresh.get(), fresh.size) != 0) throw BindError(where + reason(errno, 0));

  struct stat made{};
  if (listen(fd_, kBacklog) != 0 || lstat(fresh_path.c_str(), &made) != 0 ||
      rename(fresh_path.c_str(), path.c_str()) != 0) {
    const int error = errno;
    unlink(fresh_path.c_str());
    throw BindError(where + text_of(error));
  }
  path_ = path;
  inode_ = made.st_ino;
}

bool is_loopback(std::string_view address) {
  const std::string text(address);
  in_addr v4{};
  in6_addr v6{};
  if (text == "localhost") return true;
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  return inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace leadspool::http
