// tests/opencl/reasons_test.cpp -- why there is no OpenCL device, in sentences that differ per cause
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "dispatch/registry.hpp"
#include "support/child_process.hpp"

namespace trireme::test {
namespace {

namespace fs = std::filesystem;

// A folder of vendor files for a scope.
class VendorFolder {
 public:
  VendorFolder() : path_(fs::temp_directory_path() / ("trireme_vendors_" + std::to_string(getpid()))) {
    fs::create_directories(path_);
  }
  ~VendorFolder() { fs::remove_all(path_); }
  void add(const std::string& file, const std::string& library) { std::ofstream(path_ / file) << library << "\n"; }
  std::string path() const { return path_.string() + "/"; }

 private:
  const fs::path path_;
};

bool has_loader(const std::string& reason) { return reason.find("loader was not found") == std::string::npos; }

TEST(opencl_reasons_child, DISABLED_reports_reason) {
  const auto backend = dispatch::make_opencl_backend();
  const std::size_t count = backend->devices().size();
  report(std::to_string(count) + " " + backend->unavailable_reason());
}

std::string reason_with(const char* vendors) {
  return run_child("opencl_reasons_child.DISABLED_reports_reason", {{"OCL_ICD_VENDORS", vendors}});
}

TEST(opencl_reasons, no_vendor_file_says_that_no_platform_is_installed) {
  const VendorFolder folder;
  const std::string reason = reason_with(folder.path().c_str());
  if (!has_loader(reason)) GTEST_SKIP() << reason;
  EXPECT_TRUE(reason.starts_with("0 The OpenCL loader works, but no OpenCL platform is installed. Install a driver"))
      << reason;
}

TEST(opencl_reasons, vendor_file_of_a_missing_library_says_that_no_platform_is_installed) {
  VendorFolder folder;
  folder.add("broken.icd", "libtrireme-no-such-driver.so");
  const std::string reason = reason_with(folder.path().c_str());
  if (!has_loader(reason)) GTEST_SKIP() << reason;
  EXPECT_TRUE(reason.starts_with("0 The OpenCL loader works, but no OpenCL platform is installed.")) << reason;
}

TEST(opencl_reasons, devices_present_gives_no_reason) {
  const std::string reason = reason_with(nullptr);
  if (reason.starts_with("0 ")) GTEST_SKIP() << reason;
  EXPECT_FALSE(reason.starts_with("no report")) << reason;
  EXPECT_EQ(reason.substr(reason.find(' ') + 1), "") << reason;
}

}  // namespace
}  // namespace trireme::test
