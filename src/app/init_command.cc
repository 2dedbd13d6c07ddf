#include "app/init_command.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command_line.h"
#include "app/new_config.h"
#include "app/packaged_config.h"
#include "app/source_key.h"
#include "app/text_file.h"
#include "base/clock.h"
#include "base/random.h"
#include "http/client.h"
#include "http/self_signed.h"

namespace leadspool::app {
namespace {

constexpr int kCertificateDays = 825;
constexpr int kTryOutPort = 8'443;
// Where the packages put things, and with them the commands and the service expect them.
constexpr const char* kInstalledFolder = "/etc/leadspool";
constexpr const char* kInstalledStore = "/var/lib/leadspool";
constexpr const char* kConfigName = "leadspool.toml";

struct InitOptions {
  std::string folder;
  std::optional<int> port_base;
  std::string public_url;
};

enum class Place { try_out, installed };

struct Making {
  std::filesystem::path folder;
  Place place = Place::try_out;
  bool replaces_packaged = false;  // the configuration that is there
  std::string public_url;
  int receiver_port = 0;
  int admin_port = 0;
  int crm_port = 0;

  [[nodiscard]] std::string file(const char* name) const { return (folder / name).string(); }
};

struct NewFile {
  const char* name;
  std::string content;
  bool for_service;  // and else for root alone, where the service is another user
};

// On an installed machine the configuration's folder belongs to the service's group, and init runs as root.
void let_service_read(int fd, const std::filesystem::path& folder) {
  struct stat status{};
  if (geteuid() != 0 || stat(folder.c_str(), &status) != 0 || status.st_gid == 0) return;
  if (fchown(fd, static_cast<uid_t>(-1), status.st_gid) != 0 || fchmod(fd, 0640) != 0) {
    throw std::runtime_error("cannot let the service read a file in " + folder.string() + ": " +
                             std::strerror(errno));
  }
}

// A new file; the content is on disk afterwards.
void write_new(const std::filesystem::path& path, const std::string& content, bool for_service) {
  const int fd = open(path.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) throw std::runtime_error("cannot create " + path.string() + ": " + std::strerror(errno));
  if (for_service) let_service_read(fd, path.parent_path());
  const auto written = write(fd, content.data(), content.size());
  const bool good = written == static_cast<ssize_t>(content.size()) && fsync(fd) == 0;
  close(fd);
  if (!good) throw std::runtime_error("cannot write " + path.string() + ": the disk is full or failing");
}

std::string host_of(const std::string& url) {
  const auto begin = url.find("://") + 3;
  auto host = url.substr(begin, url.find_first_of("/?#", begin) - begin);
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

std::vector<std::string> certificate_names(const std::string& public_url) {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  const auto host = public_url.empty() ? "localhost" : host_of(public_url);
  if (std::find(names.begin(), names.end(), host) == names.end()) names.insert(names.begin(), host);
  return names;
}

// Where the files of config/ are, as the program was installed.
std::string examples() {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown);
  const auto folder = program.parent_path().parent_path() / "share/doc/leadspool/examples";
  return std::filesystem::exists(folder, unknown) ? folder.string() : "the distribution's config";
}

NewConfig new_config(const Making& making, const Secret& key, const Secret& token) {
  const bool installed = making.place == Place::installed;
  const std::string store = installed ? std::string(kInstalledStore) + "/" : "";
  return {
      .store = store + "leadspool.db",
      .backup_folder = store + "backups",
      .receiver_listen = to_string(ListenAddress{installed ? "0.0.0.0" : "127.0.0.1", making.receiver_port}),
      .public_url = making.public_url,
      .admin_listen = to_string(ListenAddress{"127.0.0.1", making.admin_port}),
      .crm_listen = to_string(ListenAddress{"127.0.0.1", making.crm_port}),
      .examples = examples(),
      .key_hash = key_hash(key),
      .token_hash = key_hash(token)};
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(folder, failure);
  if (failure)
    throw std::runtime_error("cannot make the folder " + folder.string() + ": " + failure.message());
  // A folder that was there keeps the permissions its owner gave it.
  if (made) std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
}

std::string lead_url_of(const Making& making, const Secret& key) {
  ReceiverConfig receiver;
  receiver.listen = {"127.0.0.1", making.receiver_port};
  receiver.certificate = "certificate.pem";
  receiver.public_url = making.public_url;
  return lead_url(receiver, "marketplace") + "?key=" + key.reveal();
}

std::string told_url(const Making& making, const std::string& url) {
  return "The lead URL, for Partner Center (Offer setup > Customer leads > HTTPS endpoint):\n  " + url +
         "\nWhoever knows it can send leads; it is kept in " + making.file("lead_url.txt") + ".\n\n";
}

std::string next_steps_of_try_out(const Making& making) {
  return "To try it here, in three terminals:\n"
         "  leadspool simulate-crm --listen 127.0.0.1:" +
         std::to_string(making.crm_port) + "\n  leadspool serve --config " + making.file(kConfigName) +
         "\n  leadspool send @" + making.file("lead_url.txt") + " --ca-file " +
         making.file("certificate.pem") +
         "\n\n"
         "Before it faces the internet: set [receiver] listen, public_url and a certificate that the "
         "marketplace\n"
         "trusts, put your CRM into [[destination]], and run\n"
         "  leadspool check --config " +
         making.file(kConfigName) + "\n";
}

std::string next_steps_of_installed(const Making& making) {
  return "To start it, and to send it a lead:\n"
         "  sudo systemctl enable --now leadspool.socket leadspool\n"
         "  sudo leadspool send @" +
         making.file("lead_url.txt") + " --ca-file " + making.file("certificate.pem") +
         "\n\n"
         "Leads are kept from then on, and wait until there is somewhere to deliver them to. In " +
         making.file(kConfigName) +
         ":\n"
         "  [[destination]]  your CRM: " +
         examples() +
         "/destinations\n"
         "  [receiver]       a certificate that the marketplace trusts, in place of the self-signed one\n"
         "Then, and whenever you wonder:\n"
         "  sudo leadspool reload\n"
         "  sudo leadspool check\n";
}

// Why not, or nothing: init changes nothing that exists.
std::optional<std::string> find_what_exists(const Making& making) {
  std::vector<const char*> names{"certificate.pem", "private_key.pem", "lead_url.txt", "admin_token.txt"};
  if (!making.replaces_packaged) names.insert(names.begin(), kConfigName);
  for (const auto* name : names) {
    if (std::filesystem::exists(making.folder / name)) return making.file(name);
  }
  return std::nullopt;
}

void write_files(const Making& making, const Secret& key, const Secret& token, const std::string& url) {
  const auto pair =
      http::make_self_signed(certificate_names(making.public_url), SystemClock().now(), kCertificateDays);
  // Under another name at first: the one it has in the end may be taken by what it replaces.
  constexpr const char* kUnfinished = ".leadspool.toml.new";
  const NewFile files[] = {{"certificate.pem", pair.certificate_pem, true},
                           {"private_key.pem", pair.private_key_pem, true},
                           {"lead_url.txt", url + "\n", false},
                           {"admin_token.txt", token.reveal() + "\n", false},
                           {kUnfinished, to_toml(new_config(making, key, token)), true}};
  std::filesystem::remove(making.folder / kUnfinished);
  for (const auto& [name, content, for_service] : files) {
    write_new(making.folder / name, content, for_service);
  }
  // The configuration last: where it is, everything it names is.
  std::filesystem::rename(making.folder / kUnfinished, making.folder / kConfigName);
}

Making making_of(const InitOptions& options) {
  Making making;
  making.folder = options.folder;
  const auto present = read_text_file(making.file(kConfigName));
  const auto* text = std::get_if<std::string>(&present);
  making.replaces_packaged = text != nullptr && is_packaged_config(*text);
  const auto absolute = std::filesystem::absolute(making.folder / "").lexically_normal().parent_path();
  if (making.replaces_packaged || absolute == kInstalledFolder) making.place = Place::installed;
  making.public_url = options.public_url;
  while (making.public_url.ends_with('/')) making.public_url.pop_back();
  const int base = options.port_base.value_or(kTryOutPort);
  making.receiver_port = making.place == Place::installed && !options.port_base ? 443 : base;
  making.admin_port = base + 1;
  making.crm_port = base + 2;
  return making;
}

int init(const InitOptions& options) {
  const auto making = making_of(options);
  if (!making.public_url.empty() && !http::is_allowed_url(making.public_url)) {
    complain("--public-url must begin with https://, like https://leads.contoso.com");
    return kUsage;
  }
  if (making.place == Place::installed && making.public_url.empty()) {
    complain(
        "--public-url is needed here: the name under which the marketplace reaches this machine, like "
        "https://leads.contoso.com");
    return kUsage;
  }
  if (const auto existing = find_what_exists(making)) {
    complain(*existing + " exists already, and init changes nothing that exists");
    return kFailed;
  }
  SystemRandom random;
  const Secret key = make_key(random);
  const Secret token = make_key(random);
  const auto url = lead_url_of(making, key);
  make_folder(making.folder);
  write_files(making, key, token, url);
  print("Made " + making.file(kConfigName) + ", a key, an admin token and a self-signed certificate.\n\n" +
        told_url(making, url) +
        (making.place == Place::installed ? next_steps_of_installed(making) : next_steps_of_try_out(making)));
  return kDone;
}

}  // namespace

void add_init_command(CommandLine& line) {
  auto& command = line.add("init", "Makes a configuration, keys and a self-signed certificate in a folder.",
                           "  leadspool init var\n"
                           "  sudo leadspool init /etc/leadspool --public-url https://leads.contoso.com");
  const auto options = std::make_shared<InitOptions>();
  command.add_option("DIR", options->folder, "The folder; made if absent")->required();
  command
      .add_option(
          "--port-base", options->port_base,
          "The receiver's port (default: 8443, or 443 in /etc/leadspool); the admin listener takes the "
          "next, a simulated CRM the one after (default: 8444 and 8445)")
      ->check(CLI::Range(1, 65'533))
      ->type_name("N");
  command
      .add_option("--public-url", options->public_url,
                  "What stands before /leads/ in the URL for the marketplace")
      ->type_name("URL");
  line.on_call(command, [options] { return init(*options); });
}

}  // namespace leadspool::app
