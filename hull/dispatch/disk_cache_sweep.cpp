// hull/dispatch/disk_cache_sweep.cpp -- bounding the cache, counting it and clearing it
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/disk_cache.hpp"

#include <dirent.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "dispatch/disk_cache_folder.hpp"
#include "dispatch/environment.hpp"

namespace trireme::dispatch {

namespace {

constexpr std::time_t kSweepEvery = 3600;     // seconds
constexpr std::time_t kUnfinishedAfter = 3600;  // a temporary file of this age has no writer any more
constexpr std::int64_t kShare = 8;            // of the limit: what a process adds before it looks again, and what a sweep frees

std::atomic<std::int64_t> added{0};  // bytes since this process last swept

struct Entry {
  std::string name;
  struct stat status;
  std::int64_t bytes() const { return std::int64_t{status.st_blocks} * 512; }  // that many are taken on disk
};

/// The files of ours, by name and owner, and the number of others.
std::vector<Entry> list(int folder, std::int64_t& others) {
  std::vector<Entry> out;
  DIR* directory = fdopendir(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return out;
  const struct Closing {
    DIR* directory;
    ~Closing() { closedir(directory); }
  } closing{directory};
  while (const dirent* found = readdir(directory)) {
    Entry entry{found->d_name, {}};
    if (entry.name == "." || entry.name == "..") continue;
    const bool ours = is_cache_name(entry.name) && fstatat(folder, entry.name.c_str(), &entry.status, AT_SYMLINK_NOFOLLOW) == 0 &&
                      is_own_file(entry.status);
    if (ours) out.push_back(std::move(entry));
    else ++others;
  }
  return out;
}

/// Whether nobody has swept within the hour; says that somebody does now.
bool takes_the_stamp(int folder) {
  struct stat status {};
  const std::string name(kStampName);
  if (fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && std::time(nullptr) - status.st_mtime < kSweepEvery)
    return false;
  const Descriptor stamp(openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600));
  if (stamp.is_open()) futimens(stamp.number(), nullptr);
  return true;
}

void sweep(int folder, std::int64_t limit) {
  std::int64_t others = 0, bytes = 0;
  std::vector<Entry> entries = list(folder, others);
  const std::time_t now = std::time(nullptr);
  std::erase_if(entries, [&](const Entry& entry) {
    if (!is_temporary_name(entry.name)) return entry.name == kStampName;
    if (now - entry.status.st_mtime > kUnfinishedAfter) unlinkat(folder, entry.name.c_str(), 0);
    return true;
  });
  for (const Entry& entry : entries) bytes += entry.bytes();
  if (bytes <= limit) return;
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    const timespec &x = a.status.st_mtim, &y = b.status.st_mtim;
    return x.tv_sec != y.tv_sec ? x.tv_sec < y.tv_sec : x.tv_nsec < y.tv_nsec;
  });
  for (const Entry& entry : entries) {
    if (bytes <= limit - limit / kShare) return;
    if (unlinkat(folder, entry.name.c_str(), 0) == 0) bytes -= entry.bytes();
  }
}

/// "" when a file can be written here, or the reason.
std::string try_to_write(int folder) {
  const std::string name = std::string(32, '0') + "." + std::to_string(getpid()) + ".trial" + std::string(kTemporarySuffix);
  Descriptor file(openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return system_text(errno);
  const std::string page(4096, '\0');
  errno = 0;
  const bool written = write(file.number(), page.data(), page.size()) == static_cast<ssize_t>(page.size()) && file.close();
  const int code = errno ? errno : ENOSPC;
  unlinkat(folder, name.c_str(), 0);
  return written ? "" : system_text(code);
}

}  // namespace

void sweep_after(int folder, std::int64_t written) noexcept try {
  const auto limit = static_cast<std::int64_t>(cache_limit());
  const bool much = added.fetch_add(written, std::memory_order_relaxed) + written > limit / kShare;
  if (!takes_the_stamp(folder) && !much) return;
  added.store(0, std::memory_order_relaxed);
  sweep(folder, limit);
} catch (...) {  // no memory for the list: the next one sweeps
}

CacheReport report_cache() {
  CacheReport report;
  const CacheFolder folder = open_cache_folder(true);
  report.directory = folder.path;
  report.reason = folder.reason;
  if (!folder.is_open()) return report;
  report.limit = static_cast<std::int64_t>(cache_limit());
  report.readable = true;
  std::int64_t others = 0;
  for (const Entry& entry : list(folder.descriptor.number(), others)) {
    ++report.files;
    report.bytes += entry.bytes();
  }
  std::string why = try_to_write(folder.descriptor.number());
  if (why.empty() && write_failure()) why = system_text(write_failure()) + " (this process has given up)";
  report.writable = why.empty();
  if (!report.writable)
    report.reason = "Nothing is added to " + folder.path + ": " + why +
                    ". What is there is used; for more, name another directory by TRIREME_CACHE_DIR.";
  return report;
}

CacheCleared remove_images() {
  CacheCleared cleared;
  const CacheFolder folder = open_cache_folder(false);
  if (!folder.missing) cleared.reason = folder.reason;
  if (!folder.is_open()) return cleared;
  for (const Entry& entry : list(folder.descriptor.number(), cleared.kept)) {
    if (unlinkat(folder.descriptor.number(), entry.name.c_str(), 0) == 0) {
      ++cleared.files;
      cleared.bytes += entry.bytes();
    } else if (errno != ENOENT) {  // another process was faster
      cleared.reason = folder.path + "/" + entry.name + " cannot be removed: " + system_text(errno) + ".";
    }
  }
  return cleared;
}

}  // namespace trireme::dispatch
