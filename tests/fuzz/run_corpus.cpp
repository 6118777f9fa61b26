// tests/fuzz/run_corpus.cpp -- a fuzz target's property over the files of a folder, without libFuzzer
// SPDX-License-Identifier: Apache-2.0
//
// usage: NAME_corpus FOLDER|FILE...
// The failing file is the last one that standard output names.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/fuzz.hpp"

int main(int argc, char** argv) {
  std::vector<std::filesystem::path> files;
  for (int k = 1; k < argc; ++k) {
    if (!std::filesystem::is_directory(argv[k])) {
      files.emplace_back(argv[k]);
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(argv[k])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    std::cout << file.string() << std::endl;
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    if (!in) {
      std::cout << "cannot be read\n";
      return 1;
    }
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  }
  std::cout << files.size() << " files\n";
  return files.empty() ? 1 : 0;
}
