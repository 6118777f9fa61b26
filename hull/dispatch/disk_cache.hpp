// hull/dispatch/disk_cache.hpp -- images of compiled programs on disk, for all backends and all processes of a user
// SPDX-License-Identifier: Apache-2.0
//
// One file per image, named by the hash of its key; it holds the whole key, so that a collision is a miss, and a checksum
// over everything. It is written under another name and renamed, so readers see the old file, the new one or none, in any
// number of processes and on network file systems, without locks. Whatever is wrong with a file, a directory or the file
// system, the answer is that there is no image: then the program is compiled.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trireme/cache.hpp"

namespace trireme::dispatch {

/// The image that was kept under `key`; "" when there is none that is whole and this user's. A damaged file is removed.
std::string find_image(const std::string& key) noexcept;

/// Whether find_image() would have something to read, without reading it.
bool has_image(const std::string& key) noexcept;

/// Keeps the image. Does nothing where that is not possible, and nothing more after the first time that the file system
/// refused, until the process ends.
void keep_image(const std::string& key, std::string_view image) noexcept;

/// The name of the key's file.
std::string image_name(const std::string& key);

// disk_cache_sweep.cpp

/// Makes room: removes what was used longest ago until seven eighths of the limit are left, and what processes left
/// unfinished. `written` bytes were added by this process; directories are read only once an hour, or when it
/// has added an eighth of the limit.
void sweep_after(int folder, std::int64_t written) noexcept;

/// What the file system said when it last refused to write; 0 when it never did.
int write_failure() noexcept;

CacheReport report_cache();
CacheCleared remove_images();

}  // namespace trireme::dispatch
