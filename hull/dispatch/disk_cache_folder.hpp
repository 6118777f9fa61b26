// hull/dispatch/disk_cache_folder.hpp -- the directory of the cache: where it is, and whether it may be trusted
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <sys/stat.h>

namespace trireme::dispatch {

/// A file descriptor, closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() { close(); }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }
  /// False when the system reports only now that something was not written.
  bool close();

 private:
  int number_;
};

/// The opened directory, or why it is not used. Everything is done relative to the descriptor, so that nobody can put
/// another directory in its place. Opened for each use: nothing is kept that a fork or a deletion would make stale.
struct CacheFolder {
  std::string path;    // "" when no directory is named
  std::string reason;  // a sentence; "" when it is open
  bool missing = false;  // there is no such directory yet
  Descriptor descriptor;
  bool is_open() const { return descriptor.is_open(); }
};

/// TRIREME_CACHE_DIR, or trireme in XDG_CACHE_HOME, or .cache/trireme in HOME. With `create` it is made, with those above
/// it, all 0700. Refused when it is a link, or others own it or may write to it.
CacheFolder open_cache_folder(bool create);

/// Whether a name is one that this cache gives: 32 hexadecimal digits and kSuffix, or the same and more with
/// kTemporarySuffix, or kStampName.
bool is_cache_name(std::string_view name);
bool is_temporary_name(std::string_view name);
inline constexpr std::string_view kSuffix = ".trireme";
inline constexpr std::string_view kTemporarySuffix = ".trireme-new";
inline constexpr std::string_view kStampName = "swept.trireme-stamp";

/// A regular file of this user that nobody else may write to.
bool is_own_file(const struct stat& status);

/// The text of errno.
std::string system_text(int code);

}  // namespace trireme::dispatch
