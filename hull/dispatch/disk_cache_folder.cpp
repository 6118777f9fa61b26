// hull/dispatch/disk_cache_folder.cpp -- finding, making and checking the directory of the cache
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/disk_cache_folder.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

#include "dispatch/environment.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

namespace {

constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;

/// The path, or the reason why there is none.
void find_path(CacheFolder& folder) {
  const Environment& e = environment();
  if (!e.cache) {
    folder.reason = "Compiled programs are not kept, as TRIREME_CACHE is 0.";
  } else if (!e.cache_dir.empty()) {
    folder.path = e.cache_dir;
    if (folder.path.front() != '/')
      folder.reason = "TRIREME_CACHE_DIR is no absolute path: '" + folder.path + "'; name it from the root on.";
  } else if (e.xdg_cache_home.starts_with('/')) {  // another one is to be ignored, says its specification
    folder.path = e.xdg_cache_home + "/trireme";
  } else if (e.home.starts_with('/')) {
    folder.path = e.home + "/.cache/trireme";
  } else {
    folder.reason = "There is no place for compiled programs: HOME and XDG_CACHE_HOME name no directory; set TRIREME_CACHE_DIR.";
  }
}

/// Makes the directory and those above it. The system's reason why the last one that is missing cannot be made, or 0.
int make_path(const std::string& path) {
  int code = 0;
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const bool there = mkdir(path.substr(0, end).c_str(), 0700) == 0 || errno == EEXIST;
    if (there) code = 0;
    else if (code == 0 || errno != ENOENT) code = errno;  // below one that cannot be made everything is missing
    if (end == std::string::npos) return code;
  }
}

std::string refusal(const struct stat& status) {
  if (status.st_uid != geteuid())
    return "belongs to user " + std::to_string(status.st_uid) + " and not to this process's, " + std::to_string(geteuid()) +
           "; name another one by TRIREME_CACHE_DIR.";
  if (status.st_mode & kOthersMayWrite) return "may be written to by others; use chmod go-w on it.";
  return {};
}

bool is_hexadecimal(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

constexpr std::size_t kDigits = 32;

}  // namespace

bool Descriptor::close() {
  const int number = std::exchange(number_, -1);
  return number < 0 || ::close(number) == 0;
}

CacheFolder open_cache_folder(bool create) {
  CacheFolder folder;
  find_path(folder);
  if (!folder.reason.empty()) return folder;
  try {
    cache_limit();
  } catch (const error& wrong) {
    folder.reason = std::string("Compiled programs are not kept: ") + wrong.what() + ".";
    return folder;
  }
  while (folder.path.size() > 1 && folder.path.back() == '/') folder.path.pop_back();  // a link would be followed
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  Descriptor opened(open(folder.path.c_str(), kFlags));
  int code = errno;
  if (!opened.is_open() && code == ENOENT && create) {
    const int failed = make_path(folder.path);
    opened = Descriptor(open(folder.path.c_str(), kFlags));
    code = failed ? failed : errno;
  }
  folder.missing = !opened.is_open() && code == ENOENT;
  struct stat status {};
  std::string why;
  if (!opened.is_open() || fstat(opened.number(), &status) != 0) {
    struct stat link {};  // of a link the system says ENOTDIR, which would not help
    const bool is_link = lstat(folder.path.c_str(), &link) == 0 && S_ISLNK(link.st_mode);
    why = is_link ? "is a symbolic link; name the directory itself by TRIREME_CACHE_DIR."
                  : "cannot be opened: " + system_text(code) + ".";
  } else {
    why = refusal(status);
  }
  if (why.empty()) folder.descriptor = std::move(opened);
  else folder.reason = "The directory for compiled programs, " + folder.path + ", " + why;
  return folder;
}

bool is_cache_name(std::string_view name) {
  return name == kStampName || is_temporary_name(name) ||
         (name.size() == kDigits + kSuffix.size() && name.ends_with(kSuffix) && is_hexadecimal(name.substr(0, kDigits)));
}

bool is_temporary_name(std::string_view name) {
  return name.size() > kDigits + kTemporarySuffix.size() && name.ends_with(kTemporarySuffix) &&
         is_hexadecimal(name.substr(0, kDigits));
}

bool is_own_file(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == geteuid() && (status.st_mode & kOthersMayWrite) == 0;
}

std::string system_text(int code) { return std::error_code(code, std::generic_category()).message(); }

}  // namespace trireme::dispatch
