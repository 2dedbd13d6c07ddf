#include "app/trial_write.h"

#include <array>
#include <cerrno>
#include <filesystem>
#include <sstream>

#include <fcntl.h>
#include <unistd.h>

#include "app/look_aside.h"
#include "base/stopwatch.h"

namespace leadspool::app {
namespace {

constexpr std::chrono::seconds kPatience{15};
// As much as the commit of a lead writes.
constexpr std::size_t kPage = 4'096;

std::string first_barred(const std::string& folder) {
  std::filesystem::path way;
  for (const auto& part : std::filesystem::absolute(folder).lexically_normal().parent_path()) {
    way /= part;
    if (access(way.c_str(), X_OK) != 0) return way.string();
  }
  return {};
}

// Its name goes before anything is written, so that nothing is left behind whatever happens.
TrialWrite write_and_sync(const std::string& folder) {
  TrialWrite trial;
  const std::string path = folder + "/.leadspool-check-" + std::to_string(getpid());
  const int file = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) {
    trial.error = errno;
    if (trial.error == EACCES) trial.barred = first_barred(folder);
    return trial;
  }
  unlink(path.c_str());
  const std::array<char, kPage> page{};
  errno = ENOSPC;  // where less is taken than was given, and no reason is told
  trial.written = write(file, page.data(), page.size()) == static_cast<ssize_t>(page.size());
  const Stopwatch watch;
  if (!trial.written || fsync(file) != 0) trial.error = errno;
  trial.sync_time = std::chrono::duration_cast<std::chrono::milliseconds>(watch.elapsed());
  close(file);
  return trial;
}

std::string to_text(const TrialWrite& trial) {
  std::ostringstream text;
  text << trial.error << ' ' << trial.written << ' ' << trial.sync_time.count() << ' ' << trial.barred;
  return text.str();
}

TrialWrite from_text(const std::string& said) {
  TrialWrite trial;
  std::int64_t sync_ms = 0;
  std::istringstream text(said);
  text >> trial.error >> trial.written >> sync_ms;
  text.ignore(1);
  std::getline(text, trial.barred);
  trial.sync_time = std::chrono::milliseconds{sync_ms};
  trial.ended = true;
  return trial;
}

}  // namespace

TrialWrite try_to_write(const std::string& folder, const Account& account) {
  const auto said = look_aside(account, kPatience, [&] { return to_text(write_and_sync(folder)); });
  if (!said) return {};
  if (said->empty()) {
    TrialWrite trial;
    trial.ended = true;
    trial.error = EPERM;
    return trial;
  }
  return from_text(*said);
}

}  // namespace leadspool::app
