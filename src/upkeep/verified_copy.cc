#include "upkeep/verified_copy.h"

#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>

#include "outbox/online_copy.h"
#include "outbox/store_files.h"

namespace leadspool::upkeep {
namespace {

constexpr const char* kGivenUp = "it was given up, as the service is stopping";

std::string mib(std::uint64_t bytes) { return std::to_string((bytes >> 20) + 1) + " MiB"; }

// The store and its log, which may have what the store has not yet.
std::uint64_t bytes_of_store(const std::string& store) {
  std::error_code absent;
  const auto log = std::filesystem::file_size(store + "-wal", absent);
  return std::filesystem::file_size(store) + (absent ? 0 : log);
}

std::optional<std::string> find_lack_of_room(const CopyOrder& order) {
  const auto folder = outbox::folder_of(order.file);
  const auto wanted = bytes_of_store(order.store);
  const auto free = std::filesystem::space(folder).available;
  if (free >= wanted + order.minimum_free_bytes) return std::nullopt;
  return "the disk of " + folder + " has too little room: a copy takes " + mib(wanted) + ", " + mib(free) +
         " are free, and " + mib(order.minimum_free_bytes) + " of them must stay so";
}

std::variant<Time, std::string> copy(const CopyOrder& order, outbox::Committer& committer, const Clock& clock,
                                     const std::function<bool(Milliseconds)>& pause) {
  outbox::OnlineCopy online(committer, order.file);
  for (;;) {
    const Time as_of = clock.now();
    const auto began = clock.steady_now();
    const auto result = online.step();
    if (const auto* failure = std::get_if<outbox::Failure>(&result)) return failure->detail;
    if (std::get<outbox::CopyProgress>(result).done) return as_of;
    // Rounded up, so that not even the quickest steps follow each other without a pause.
    const Milliseconds took = clock.steady_now() - began + Milliseconds{1};
    if (!pause(took * order.rest)) return kGivenUp;
  }
}

std::string describe_flaws(const outbox::Verification& found) {
  const auto more = found.flaws.size() - 1;
  return "a copy was made, but it is not good: " + found.flaws.front().what +
         (more == 0 ? "" : " (and " + std::to_string(more) + " more)") +
         "; most likely the store itself is damaged: `leadspool verify` tells";
}

std::variant<VerifiedCopy, std::string> try_to_make(const CopyOrder& order, outbox::Committer& committer,
                                                    const Clock& clock,
                                                    const std::function<bool(Milliseconds)>& pause,
                                                    const std::atomic<bool>& give_up) {
  if (auto trouble = find_lack_of_room(order)) return std::move(*trouble);
  auto copied = copy(order, committer, clock, pause);
  if (auto* trouble = std::get_if<std::string>(&copied)) return std::move(*trouble);
  auto found = outbox::verify_store(order.file, &give_up);
  if (!found.is_good()) return describe_flaws(found);
  return VerifiedCopy{std::move(found), std::get<Time>(copied)};
}

}  // namespace

std::variant<VerifiedCopy, std::string> make_verified_copy(const CopyOrder& order,
                                                           outbox::Committer& committer, const Clock& clock,
                                                           const std::function<bool(Milliseconds)>& pause,
                                                           const std::atomic<bool>& give_up) {
  std::variant<VerifiedCopy, std::string> made;
  try {
    made = try_to_make(order, committer, clock, pause, give_up);
  } catch (const std::exception& failure) {  // the disk's, the folder's, or of a copy that cannot be read
    made = give_up ? kGivenUp : failure.what();
  }
  if (std::holds_alternative<std::string>(made)) outbox::remove_database(order.file);
  return made;
}

}  // namespace leadspool::upkeep
