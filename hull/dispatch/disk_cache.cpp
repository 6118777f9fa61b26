// hull/dispatch/disk_cache.cpp -- reading and writing one image: format, checksum, temporary file and rename
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/disk_cache.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "dispatch/disk_cache_folder.hpp"
#include "dispatch/environment.hpp"

namespace trireme::dispatch {

namespace {

// In the byte order of the machine: a reader of the other one takes the first word for something else.
struct Header {
  std::uint64_t magic = 0x314548434d525254;  // "TRRMCHE1", whose last character is the version of this format
  std::uint64_t key_bytes = 0;
  std::uint64_t image_bytes = 0;
  std::uint64_t checksum[2] = {};  // of the whole file with zeros here
};
static_assert(sizeof(Header) == 40);

constexpr std::time_t kTouchAfter = 3600;  // seconds; being used again within is not worth a write
constexpr std::size_t kShare = 4;          // an image beyond this share of the limit would drive out too many others

std::atomic<int> refused{0};  // what the file system said when it last refused to write

/// XXH3 guards against damage, not against an attacker: who can write here is this user.
void checksum(const std::string& file, std::uint64_t out[2]) {
  const XXH128_hash_t hash = XXH3_128bits(file.data(), file.size());
  out[0] = hash.low64;
  out[1] = hash.high64;
}

std::string whole_file(const std::string& key, std::string_view image) {
  Header header;
  header.key_bytes = key.size();
  header.image_bytes = image.size();
  std::string file(reinterpret_cast<const char*>(&header), sizeof header);
  file.reserve(sizeof header + key.size() + image.size());
  file += key;
  file += image;
  checksum(file, header.checksum);
  std::memcpy(file.data(), &header, sizeof header);
  return file;
}

/// Whether the file is as it was written; sizes are compared before anything is believed.
bool is_whole(std::string& file, Header& header) {
  if (file.size() < sizeof header) return false;
  std::memcpy(&header, file.data(), sizeof header);
  if (header.magic != Header{}.magic) return false;
  const std::uint64_t rest = file.size() - sizeof header;
  if (header.key_bytes > rest || header.image_bytes != rest - header.key_bytes) return false;
  Header blank = header;
  blank.checksum[0] = blank.checksum[1] = 0;
  std::memcpy(file.data(), &blank, sizeof blank);
  std::uint64_t sum[2];
  checksum(file, sum);
  return sum[0] == header.checksum[0] && sum[1] == header.checksum[1];
}

/// Reading, not mapping: a file on a network may be taken away underneath. False when the system fails.
bool read_all(int file, std::string& out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t n = read(file, out.data() + done, out.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  out.resize(done);
  return true;
}

bool write_all(int file, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = write(file, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

Descriptor open_image(const CacheFolder& folder, const std::string& name, struct stat& status) {
  // Not blocking: somebody may have put a pipe there.
  Descriptor file(openat(folder.descriptor.number(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file.is_open() || fstat(file.number(), &status) != 0 || !is_own_file(status)) return Descriptor();
  return file;
}

/// A name that no other process uses, on whatever machine.
std::string temporary_name(const std::string& name) {
  std::uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != static_cast<ssize_t>(sizeof random)) random = static_cast<std::uint64_t>(std::time(nullptr));
  return name.substr(0, name.size() - kSuffix.size()) + "." + std::to_string(getpid()) + "." + std::to_string(random) +
         std::string(kTemporarySuffix);
}

/// 0, or the system's reason.
int write_file(int folder, const std::string& name, const std::string& content) {
  const std::string temporary = temporary_name(name);
  Descriptor file(openat(folder, temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.is_open()) return errno;
  // Some file systems say only at the end that there is no room.
  const bool written = write_all(file.number(), content) && file.close();
  if (written && renameat(folder, temporary.c_str(), folder, name.c_str()) == 0) return 0;
  const int code = errno;
  unlinkat(folder, temporary.c_str(), 0);
  return code;
}

}  // namespace

std::string image_name(const std::string& key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  std::string name;
  for (const std::uint64_t word : {hash.high64, hash.low64})
    for (int shift = 60; shift >= 0; shift -= 4) name += "0123456789abcdef"[word >> shift & 15];
  return name.append(kSuffix);
}

std::string find_image(const std::string& key) noexcept try {
  const CacheFolder folder = open_cache_folder(false);
  if (!folder.is_open()) return {};
  const std::string name = image_name(key);
  struct stat status {};
  const Descriptor file = open_image(folder, name, status);
  if (!file.is_open() || static_cast<std::uint64_t>(status.st_size) > cache_limit()) return {};
  std::string content(static_cast<std::size_t>(status.st_size), '\0');
  if (!read_all(file.number(), content)) return {};  // the file may be fine when it can be read again
  Header header;
  if (!is_whole(content, header)) {
    unlinkat(folder.descriptor.number(), name.c_str(), 0);
    return {};
  }
  if (std::string_view(content).substr(sizeof header, header.key_bytes) != key) return {};
  if (std::time(nullptr) - status.st_mtime > kTouchAfter) futimens(file.number(), nullptr);
  return content.substr(sizeof header + header.key_bytes);
} catch (...) {  // no memory, most likely; compiling will tell
  return {};
}

bool has_image(const std::string& key) noexcept try {
  const CacheFolder folder = open_cache_folder(false);
  struct stat status {};
  return folder.is_open() && open_image(folder, image_name(key), status).is_open();
} catch (...) {
  return false;
}

void keep_image(const std::string& key, std::string_view image) noexcept try {
  if (image.empty() || refused.load(std::memory_order_relaxed) != 0) return;
  if (sizeof(Header) + key.size() + image.size() > cache_limit() / kShare) return;
  const CacheFolder folder = open_cache_folder(true);
  if (!folder.is_open()) return;
  const std::string content = whole_file(key, image);
  if (const int code = write_file(folder.descriptor.number(), image_name(key), content)) {
    refused.store(code, std::memory_order_relaxed);
    return;
  }
  sweep_after(folder.descriptor.number(), static_cast<std::int64_t>(content.size()));
} catch (...) {  // no memory, or a limit that is none
}

int write_failure() noexcept { return refused.load(std::memory_order_relaxed); }

}  // namespace trireme::dispatch
