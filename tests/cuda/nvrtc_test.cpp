// tests/cuda/nvrtc_test.cpp -- what is compiled for which device, and that NVRTC (real or stand-in) takes our options
// SPDX-License-Identifier: Apache-2.0
#include "cuda/nvrtc.hpp"

#include <string>

#include <gtest/gtest.h>

#include "trireme/error.hpp"

namespace trireme::test {
namespace {

using namespace cuda;

constexpr const char* kText = "extern \"C\" __global__ void f(float* x) { x[0] = x[1] * x[2] + x[3]; }";

TEST(cuda_nvrtc, target_is_exact_when_listed_else_the_newest_before) {
  Nvrtc nvrtc;
  nvrtc.architectures = {75, 80, 90, 120};
  EXPECT_EQ(choose_target(nvrtc, 90).option(), "--gpu-architecture=sm_90");
  EXPECT_EQ(choose_target(nvrtc, 89).option(), "--gpu-architecture=compute_80");
  EXPECT_EQ(choose_target(nvrtc, 130).option(), "--gpu-architecture=compute_120");
  EXPECT_EQ(choose_target(nvrtc, 70).architecture, 0);
}

class cuda_nvrtc_library : public testing::Test {
 protected:
  void SetUp() override {
    if (nvrtc.library.empty()) GTEST_SKIP() << "no NVRTC: " << nvrtc.failures;
  }
  const Nvrtc nvrtc = open_nvrtc(12000);  // so that the stand-in, which is a 12, comes first where there is one
};

TEST_F(cuda_nvrtc_library, text_gives_an_image_for_listed_and_unlisted_devices) {
  ASSERT_FALSE(nvrtc.architectures.empty());
  const int newest = nvrtc.architectures.back();
  EXPECT_FALSE(compile_text(nvrtc, kText, choose_target(nvrtc, newest)).empty());
  const Target later = choose_target(nvrtc, newest + 1);
  EXPECT_FALSE(later.exact);
  EXPECT_FALSE(compile_text(nvrtc, kText, later).empty());
}

TEST_F(cuda_nvrtc_library, wrong_text_throws_with_options_and_log) {
  try {
    compile_text(nvrtc, "extern \"C\" __global__ void f() { missing_name; }",
                 choose_target(nvrtc, nvrtc.architectures.back()));
    FAIL() << "compiled";
  } catch (const error& failure) {
    EXPECT_EQ(failure.code(), Code::device_failure);
    const std::string message = failure.what();
    EXPECT_TRUE(message.starts_with("cuda: nvrtcCompileProgram failed: NVRTC_ERROR_COMPILATION; options: ")) << message;
    EXPECT_NE(message.find("--fmad=false"), std::string::npos) << message;
    EXPECT_NE(message.find("missing_name"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace trireme::test
