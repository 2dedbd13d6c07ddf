// What the process that started the service, systemd or another with its protocol, hands down and is told.
// Where there is none, nothing is handed down, and telling does nothing.
//
// Thread-safety: the take_ functions from main's thread before others start, since they clear what they read
// from the environment; the tell_ functions from any.
// Errors: what cannot be told is not worth failing for: whoever waits for it acts by his own time limits.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace leadspool::app {

// The listening socket for the receiver: a descriptor that nobody else owns, closed on exec. Throws
// http::BindError, which tells what the socket unit lacks, when something else was handed down.
[[nodiscard]] std::optional<int> take_receiver_socket();

// How long the service may be silent before it is ended as hung; nullopt: nobody watches.
[[nodiscard]] std::optional<std::chrono::milliseconds> take_watchdog_time();

// What the service is doing, in words for people: `systemctl status` shows it.
void tell_doing(const std::string& words);
// All is up, also after a reload.
void tell_ready();
void tell_reloading();
void tell_stopping();
// To be repeated at least as often as twice in the watchdog's time, while all goes well.
void tell_alive();

}  // namespace leadspool::app
