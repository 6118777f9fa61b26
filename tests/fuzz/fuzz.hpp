// tests/fuzz/fuzz.hpp -- what the fuzz targets share: the entry that libFuzzer calls, and how a broken property ends
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

/// libFuzzer's entry, which run_corpus.cpp calls as well. Returns 0; ends the process when the property does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace trireme::fuzz {

/// libFuzzer takes an abort for a finding and writes the input to a file.
[[noreturn]] inline void broken(const std::string& what) {
  std::fprintf(stderr, "\nthe property does not hold: %s\n", what.c_str());
  std::abort();
}

inline void require(bool holds, const std::string& what) {
  if (!holds) broken(what);
}

}  // namespace trireme::fuzz
