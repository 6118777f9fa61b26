// tests/cache/cache_folder.hpp -- a directory for one test, and what is done to the files in it
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <unistd.h>

namespace trireme::test {

namespace fs = std::filesystem;

/// A new directory, removed at the end. `cache()` inside it does not exist yet.
class ScratchFolder {
 public:
  ScratchFolder() : path_((fs::temp_directory_path() / "trireme_cache_XXXXXX").string()) {
    if (!mkdtemp(path_.data())) std::abort();
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string cache() const { return path_ + "/cache"; }

 private:
  std::string path_;
};

inline std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void write_file(const fs::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

/// The files of images in a folder.
inline std::vector<fs::path> images_in(const std::string& folder) {
  std::vector<fs::path> out;
  if (fs::is_directory(folder))
    for (const fs::directory_entry& entry : fs::directory_iterator(folder))
      if (entry.path().extension() == ".trireme") out.push_back(entry.path());
  return out;
}

/// Files that a writer had begun.
inline int unfinished_in(const std::string& folder) {
  int count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) count += entry.path().extension() == ".trireme-new";
  return count;
}

}  // namespace trireme::test
