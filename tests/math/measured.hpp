// tests/math/measured.hpp -- prints what was measured and keeps it for tests/math/accuracy_table.sh
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace trireme::math_test {

/// One line in accuracy/NAME.TYPE of the build folder: the largest error in ulp and its operands, the mean error, the share of
/// results that are not the nearest number, the count of values.
inline void keep_measured(const std::string& name, const std::string& type, double worst, double a, double b, double sum,
                          std::uint64_t misrounded, std::uint64_t count) {
  char line[200];
  std::snprintf(line, sizeof line, "%s %s %.4f %a %a %.4f %.4f %llu", name.c_str(), type.c_str(), worst, a, b,
                sum / static_cast<double>(count), 100.0 * static_cast<double>(misrounded) / static_cast<double>(count),
                static_cast<unsigned long long>(count));
  std::printf("%s\n", line);
  const std::filesystem::path folder = std::filesystem::path(TRIREME_BINARY_DIR) / "accuracy";
  std::error_code ignored;
  std::filesystem::create_directories(folder, ignored);
  std::ofstream(folder / (name + "." + type)) << line << '\n';
}

}  // namespace trireme::math_test
