#include "fault/crashed_disk.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace leadspool::test {
namespace {

constexpr std::uint64_t kSector = 512;

// A number from 0 to `most`.
std::uint64_t up_to(std::uint64_t most, std::mt19937_64& dice) { return dice() % (most + 1); }

// The part of one write, or of what a cut to a shorter length wiped, that falls into one sector.
struct Piece {
  std::uint64_t record;
  std::uint64_t offset;
  const char* bytes;  // nullptr: zeros
  std::uint64_t size;
};

using Sectors = std::map<std::uint64_t, std::vector<Piece>>;

void cut_into_sectors(Sectors& sectors, Piece whole) {
  while (whole.size > 0) {
    const auto size = std::min(whole.size, kSector - whole.offset % kSector);
    sectors[whole.offset / kSector].push_back({whole.record, whole.offset, whole.bytes, size});
    whole.offset += size;
    whole.size -= size;
    if (whole.bytes != nullptr) whole.bytes += size;
  }
}

}  // namespace

std::vector<Record> read_disk_log(const std::string& path) {
  std::ifstream log(path, std::ios::binary);
  std::vector<Record> records;
  RecordHead head;
  while (log.read(reinterpret_cast<char*>(&head), sizeof head)) {
    Record record{head.kind, head.file, head.offset, std::string(head.size, '\0')};
    log.read(record.bytes.data(), static_cast<std::streamsize>(head.size));
    if (!log) throw std::runtime_error(path + " ends in the middle of a record");
    records.push_back(std::move(record));
  }
  return records;
}

// What arrives in one state: of each history (of a sector, a length, an entry) a first part.
class CrashedDisk::Chance {
 public:
  Chance(const CrashedDisk& disk, Loss loss, std::mt19937_64& dice) : loss_(loss) {
    std::vector<std::uint64_t> records;
    std::vector<const File*> written;
    for (const auto& [number, file] : disk.files_) {
      for (const auto& change : file.unsynced) records.push_back(change.record);
      if (!file.unsynced.empty()) written.push_back(&file);
    }
    for (const auto& [name, entry] : disk.entries_) {
      for (const auto& change : entry.unsynced) records.push_back(change.first);
    }
    if (!records.empty()) {
      last_ = *std::max_element(records.begin(), records.end());
      torn_ = records[up_to(records.size() - 1, dice)];
    }
    if (!written.empty()) chosen_ = written[up_to(written.size() - 1, dice)];
    rubbish_ = up_to(1, dice) == 1;
  }

  // How many of the changes in `history`, whose places in the log are `place(i)`, arrive. `file` is whose
  // they are, nullptr for the folder's.
  template <typename Place>
  std::size_t arrived(std::size_t history, Place place, const File* file, std::mt19937_64& dice) const {
    switch (loss_) {
      case Loss::nothing_arrived:
        return 0;
      case Loss::everything_arrived:
      case Loss::all_but_one:
        return history;
      case Loss::any_sectors:
        return up_to(history, dice);
      case Loss::in_order: {
        std::size_t count = 0;
        while (count < history && place(count) < torn_) ++count;
        return count < history && place(count) == torn_ && up_to(1, dice) == 1 ? count + 1 : count;
      }
      case Loss::only_the_last:
        return history > 0 && place(history - 1) == last_ ? history : 0;
      case Loss::only_one_file:
        return file == chosen_ || (file == nullptr && up_to(1, dice) == 1) ? history : 0;
    }
    return history;
  }

  [[nodiscard]] bool loses_a_sector_of(const File& file) const {
    return loss_ == Loss::all_but_one && &file == chosen_;
  }
  [[nodiscard]] bool rubbish() const { return rubbish_; }

 private:
  const Loss loss_;
  std::uint64_t torn_ = 0;
  std::uint64_t last_ = 0;
  const File* chosen_ = nullptr;
  bool rubbish_ = false;
};

void CrashedDisk::apply(const Record& record) {
  const auto place = records_++;
  switch (record.kind) {
    case RecordKind::created:
      entries_[record.bytes].unsynced.emplace_back(place, record.file);
      break;
    case RecordKind::removed:
      entries_[record.bytes].unsynced.emplace_back(place, 0);
      break;
    case RecordKind::written:
    case RecordKind::resized:
      files_[record.file].unsynced.push_back(
          {place, record.kind == RecordKind::resized, record.offset, record.bytes});
      break;
    case RecordKind::synced:
      if (!ignore_syncs_) sync_file(files_[record.file], record.offset);
      break;
    case RecordKind::folder_synced:
      if (!ignore_syncs_) sync_folder(record.offset);
      break;
    case RecordKind::acknowledged:
      acknowledged_ += record.bytes;
      break;
  }
}

void CrashedDisk::sync_file(File& file, std::uint64_t covered) {
  auto change = file.unsynced.begin();
  for (; change != file.unsynced.end() && change->record < covered; ++change) {
    if (change->is_resize) {
      file.synced.resize(change->offset);
    } else {
      file.synced.resize(std::max<std::size_t>(file.synced.size(), change->offset + change->bytes.size()));
      file.synced.replace(change->offset, change->bytes.size(), change->bytes);
    }
  }
  file.unsynced.erase(file.unsynced.begin(), change);
}

void CrashedDisk::sync_folder(std::uint64_t covered) {
  for (auto& [name, entry] : entries_) {
    auto change = entry.unsynced.begin();
    for (; change != entry.unsynced.end() && change->first < covered; ++change) entry.synced = change->second;
    entry.unsynced.erase(entry.unsynced.begin(), change);
  }
}

std::string CrashedDisk::content_after(const File& file, const Chance& chance, std::mt19937_64& dice) const {
  Sectors sectors;
  std::vector<std::uint64_t> lengths{file.synced.size()};
  for (const auto& change : file.unsynced) {
    const auto before = lengths.back();
    if (change.is_resize) {
      lengths.push_back(change.offset);
      if (change.offset < before) {
        cut_into_sectors(sectors, {change.record, change.offset, nullptr, before - change.offset});
      }
    } else {
      lengths.push_back(std::max<std::uint64_t>(before, change.offset + change.bytes.size()));
      cut_into_sectors(sectors, {change.record, change.offset, change.bytes.data(), change.bytes.size()});
    }
  }

  std::string content = file.synced;
  content.resize(*std::max_element(lengths.begin(), lengths.end()));
  if (chance.rubbish()) {
    for (auto at = file.synced.size(); at < content.size(); ++at)
      content[at] = static_cast<char>(at * 37 + 11);
  }
  auto lost = chance.loses_a_sector_of(file) ? up_to(sectors.size(), dice) : sectors.size();
  for (const auto& [sector, pieces] : sectors) {
    auto count = chance.arrived(pieces.size(), [&](std::size_t i) { return pieces[i].record; }, &file, dice);
    if (lost-- == 0) count = up_to(pieces.size() - 1, dice);
    if (count > 0 && sector * kSector >= file.synced.size()) {
      // What a file system hands out as new is blank around what was written.
      content.replace(sector * kSector, std::min(kSector, content.size() - sector * kSector),
                      std::min(kSector, content.size() - sector * kSector), '\0');
    }
    for (std::size_t i = 0; i < count; ++i) {
      char* const to = content.data() + pieces[i].offset;
      if (pieces[i].bytes == nullptr) {
        std::memset(to, 0, pieces[i].size);
      } else {
        std::memcpy(to, pieces[i].bytes, pieces[i].size);
      }
    }
  }
  content.resize(lengths[chance.arrived(
      file.unsynced.size(), [&](std::size_t i) { return file.unsynced[i].record; }, &file, dice)]);
  return content;
}

Files CrashedDisk::after(Loss loss, std::uint64_t seed) const {
  std::mt19937_64 dice(seed);
  const Chance chance(*this, loss, dice);
  Files files;
  for (const auto& [name, entry] : entries_) {
    const auto count = chance.arrived(
        entry.unsynced.size(), [&](std::size_t i) { return entry.unsynced[i].first; }, nullptr, dice);
    const auto number = count == 0 ? entry.synced : entry.unsynced[count - 1].second;
    if (number == 0) continue;
    const auto file = files_.find(number);
    files[name] = file != files_.end() ? content_after(file->second, chance, dice) : "";
  }
  return files;
}

}  // namespace leadspool::test
