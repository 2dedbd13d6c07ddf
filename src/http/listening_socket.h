// The socket a server accepts on: bound and listening, or a BindError that tells the operator why not.
//
// Ownership: closes the socket, and removes the file of a Unix socket unless another has taken its place. An
// inherited one is never shut down, which would end it for the process that made it, too.
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
  // Of a Unix socket 0 and empty.
  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  void bind_tcp(const std::string& address, int port);
  void bind_unix(const std::string& path);
  void inherit(const ServerOptions& options);
  void note_address(const std::string& where);

  int fd_ = -1;
  int port_ = 0;
  std::string address_;
  std::string path_;
  unsigned long inode_ = 0;  // of path_
};

}  // namespace leadspool::http
