// The socket a server accepts on: bound and listening, or a BindError that tells the operator why not.
//
// Ownership: closes the socket, and removes the file of a Unix socket unless another has taken its place.
#pragma once

#include <string>

#include "http/server.h"

namespace leadspool::http {

class ListeningSocket {
 public:
  // Throws BindError.
  explicit ListeningSocket(const ServerOptions& options);
  ~ListeningSocket();
  ListeningSocket(const ListeningSocket&) = delete;
  ListeningSocket& operator=(const ListeningSocket&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] int port() const { return port_; }  // 0 for a Unix socket

 private:
  void bind_tcp(const std::string& address, int port);
  void bind_unix(const std::string& path);

  int fd_ = -1;
  int port_ = 0;
  std::string path_;
  unsigned long inode_ = 0;  // of path_
};

}  // namespace leadspool::http
