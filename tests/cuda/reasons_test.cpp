// tests/cuda/reasons_test.cpp -- every fault of driver and compiler gives its own sentence; needs the stand-in driver
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "cuda/driver_session.hpp"
#include "dispatch/registry.hpp"
#include "support/child_process.hpp"
#include "support/map_program.hpp"
#include "trireme/error.hpp"

namespace trireme::test {
namespace {

namespace fs = std::filesystem;

class cuda_reasons : public testing::Test {
 protected:
  void SetUp() override {
    if (!stand_in_symbol("stand_in_reset")) GTEST_SKIP() << "the stand-in libcuda.so.1 is not first on LD_LIBRARY_PATH";
  }
};

std::string with_code(const error& failure) {
  return std::to_string(static_cast<int>(failure.code())) + " " + failure.what();
}
std::string prefix(Code code) { return std::to_string(static_cast<int>(code)) + " "; }

// What children do.

TEST(cuda_reasons_child, DISABLED_reports_reason) {
  const auto backend = dispatch::make_cuda_backend();
  const std::size_t count = backend->devices().size();
  report(std::to_string(count) + " " + backend->unavailable_reason());
}

TEST(cuda_reasons_child, DISABLED_allocates_two_mebibytes) {
  const auto backend = dispatch::make_cuda_backend();
  ASSERT_EQ(backend->devices().size(), 1u);
  try {
    backend->allocate(0, 2097152);
    report("allocated");
  } catch (const error& failure) {
    report(with_code(failure));
  }
}

TEST(cuda_reasons_child, DISABLED_allocates_after_release) {
  const auto backend = dispatch::make_cuda_backend();
  ASSERT_EQ(backend->devices().size(), 1u);
  const auto live = reinterpret_cast<unsigned long long (*)()>(stand_in_symbol("stand_in_live_bytes"));
  backend->release(0, backend->allocate(0, 1000000));
  const bool cached = live() >= 1000000;
  const dispatch::Memory second = backend->allocate(0, 100000);  // the driver's second allocation
  backend->copy_in(0, second, 0, "x", 1);
  report(std::string(cached ? "cached, " : "not cached, ") + (live() < 1000000 ? "drained" : "kept"));
}

TEST(cuda_reasons_child, DISABLED_launches) {
  const auto backend = dispatch::make_cuda_backend();
  ASSERT_EQ(backend->devices().size(), 1u);
  const auto executable = compile_one(*backend, 0, quotient_program());
  try {
    run_map(*backend, 0, *executable, {1}, {2}, 3);
    report("ran");
  } catch (const error& failure) {
    report(with_code(failure));
  }
}

TEST(cuda_reasons_child, DISABLED_uses_the_second_device) {
  const auto backend = dispatch::make_cuda_backend();
  ASSERT_EQ(backend->devices().size(), 2u);
  const auto state = reinterpret_cast<int (*)(int, unsigned*, int*)>(stand_in_symbol("cuDevicePrimaryCtxGetState"));
  const auto active = [&](int device) {
    unsigned flags = 0;
    int on = -1;
    state(device, &flags, &on);
    return std::to_string(on);
  };
  std::string text = active(0) + active(1);
  const auto executable = compile_one(*backend, 1, quotient_program());
  const std::vector<float> results = run_map(*backend, 1, *executable, {1}, {2}, 6);
  text += " " + active(0) + active(1) + (results[0] == 2 ? " right" : " wrong");
  try {
    backend->launch(0, *executable, {});
  } catch (const error& failure) {
    text += std::string(" ") + failure.what();
  }
  report(text);
}

std::string reason_with(std::initializer_list<std::pair<const char*, const char*>> environment) {
  return run_child("cuda_reasons_child.DISABLED_reports_reason", environment);
}

// What they must report.

TEST(cuda_reasons_no_driver, library_missing_says_what_was_tried) {
  const std::string reason = reason_with({{"LD_LIBRARY_PATH", nullptr}});
  if (reason.find("was not found") == std::string::npos) GTEST_SKIP() << "this machine has a libcuda.so.1: " << reason;
  EXPECT_TRUE(reason.starts_with("0 The CUDA driver library was not found; tried libcuda.so.1 (")) << reason;
  EXPECT_NE(reason.find("Install NVIDIA's driver"), std::string::npos) << reason;
}

TEST_F(cuda_reasons, nothing_wrong_gives_no_reason) { EXPECT_EQ(reason_with({}), "1 "); }

TEST_F(cuda_reasons, init_codes_give_their_sentences) {
  const struct {
    const char* code;
    const char* sentence;
    const char* advice;
  } cases[] = {
      {"100", "The CUDA driver found no device: cuInit failed with CUDA_ERROR_NO_DEVICE (100)", "CUDA_VISIBLE_DEVICES"},
      {"34", "The libcuda.so.1 that was found is the toolkit's stub", "lib64/stubs"},
      {"304", "The CUDA driver was refused by the operating system", "/dev/nvidia*"},
      {"802", "The CUDA driver is not ready", "nvidia-fabricmanager"},
      {"803", "libcuda and the kernel module of the NVIDIA driver are of different versions", "Reboot"},
      {"804", "A forward-compatibility libcuda was found", "cuda-compat"},
      {"999", "The CUDA driver does not start: cuInit failed with CUDA_ERROR_UNKNOWN (999)", "nvidia_uvm"},
      {"46", "The CUDA driver does not start: cuInit failed with CUDA_ERROR_DEVICE_UNAVAILABLE (46): ", "nvidia-smi"},
      {"12345", "The CUDA driver does not start: cuInit failed with an unknown code (12345)", "nvidia-smi"},
  };
  for (const auto& expected : cases) {
    const std::string reason = reason_with({{"STAND_IN_CUINIT", expected.code}});
    EXPECT_TRUE(reason.starts_with(std::string("0 ") + expected.sentence)) << reason;
    EXPECT_NE(reason.find(expected.advice), std::string::npos) << reason;
    EXPECT_TRUE(reason.ends_with(".")) << reason;
  }
}

TEST_F(cuda_reasons, no_device_says_so) {
  const std::string reason = reason_with({{"STAND_IN_DEVICES", "0"}});
  EXPECT_TRUE(reason.starts_with("0 The CUDA driver found no device")) << reason;
}

TEST_F(cuda_reasons, old_driver_names_both_versions) {
  const std::string reason = reason_with({{"STAND_IN_DRIVER_VERSION", "11040"}});
  EXPECT_TRUE(
      reason.starts_with("0 The CUDA driver is too old: it supports CUDA 11.4, and Trireme needs 12.0 "
                         "(NVIDIA driver 525)"))
      << reason;
}

TEST_F(cuda_reasons, unusable_nvrtc_says_what_was_tried) {
  // A folder with the driver, and the driver once more under the compiler's names.
  Dl_info driver{};
  ASSERT_NE(dladdr(stand_in_symbol("stand_in_reset"), &driver), 0);
  const fs::path folder = fs::temp_directory_path() / ("trireme_no_nvrtc_" + std::to_string(getpid()));
  fs::create_directories(folder);
  for (const char* name : {"libcuda.so.1", "libnvrtc.so.12", "libnvrtc.so.13"})
    fs::create_symlink(fs::canonical(driver.dli_fname), folder / name);
  const std::string reason = reason_with({{"LD_LIBRARY_PATH", folder.c_str()}});
  fs::remove_all(folder);
  if (reason == "1 ") GTEST_SKIP() << "this machine has an NVRTC in /usr/local/cuda";
  EXPECT_TRUE(reason.starts_with("0 The CUDA driver works and has 1 device(s), but NVRTC")) << reason;
  EXPECT_NE(reason.find("libnvrtc.so.12 (lacks nvrtcGetErrorString"), std::string::npos) << reason;
  EXPECT_NE(reason.find("/usr/local/cuda/lib64/libnvrtc.so.12 ("), std::string::npos) << reason;
  EXPECT_NE(reason.find("Install NVRTC 12.0 or newer"), std::string::npos) << reason;
}

TEST_F(cuda_reasons, full_device_names_bytes_and_device) {
  const std::string thrown =
      run_child("cuda_reasons_child.DISABLED_allocates_two_mebibytes", {{"STAND_IN_MEMORY", "1048576"}});
  EXPECT_TRUE(thrown.starts_with(prefix(Code::out_of_memory) +
                                 "allocate: cuda:0 (Stand-in device 0) has no room for 2097152 bytes"))
      << thrown;
}

TEST_F(cuda_reasons, failed_allocation_drains_the_cache_and_succeeds) {
  EXPECT_EQ(run_child("cuda_reasons_child.DISABLED_allocates_after_release", {{"STAND_IN_OOM_AT", "2"}}),
            "cached, drained");
}

TEST_F(cuda_reasons, failed_launch_names_call_code_and_device) {
  for (const char* late : {"0", "1"}) {
    const std::string thrown = run_child("cuda_reasons_child.DISABLED_launches",
                                         {{"STAND_IN_LAUNCH_FAIL_AT", "1"}, {"STAND_IN_LATE", late}, {"STAND_IN_ASYNC", "0"}});
    const std::string call = late[0] == '1' ? "cuStreamSynchronize" : "cuLaunchKernel";
    EXPECT_TRUE(thrown.starts_with(prefix(Code::device_failure) + "cuda: " + call +
                                   " failed on cuda:0 (Stand-in device 0): CUDA_ERROR_LAUNCH_FAILED (719)"))
        << thrown;
  }
}

TEST_F(cuda_reasons, second_device_alone_gets_a_context) {
  const std::string text = run_child("cuda_reasons_child.DISABLED_uses_the_second_device", {{"STAND_IN_DEVICES", "2"}});
  EXPECT_TRUE(text.starts_with("00 01 right launch: an executable of cuda:1")) << text;
}

}  // namespace
}  // namespace trireme::test
