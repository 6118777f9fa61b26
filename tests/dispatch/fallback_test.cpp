// tests/dispatch/fallback_test.cpp -- what a chosen device cannot do: done on the CPU, counted, explained; or an error
// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

namespace fs = std::filesystem;

struct Case {
  const char* name;
  std::function<array()> build;
};

array counted(const Shape& shape) { return astype(arange(shape.size()).reshape(shape) % 101 - 17, f32); }

/// Written by lambdas into vectors, so that what lies around a region shows too.
array into_host(const array& x) {
  std::vector<float> out(static_cast<std::size_t>(x.size()), -1);
  x.eval_into(std::span<float>(out));
  return array::from(out, x.shape());
}

/// A map, a reduction, and all that is written into blocks that lie on the device already.
const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"map", [] { return counted({40, 7}) * 3 + 1; }},
      {"reduction", [] { return sum(counted({40, 7}) * 2, {0}); }},
      {"concat of rows", [] { return concat({counted({3, 7}) * 2, counted({2, 7})}, 0); }},
      {"concat of columns", [] { return concat({counted({5, 3}), counted({4, 5}).T() + 1}, 1); }},
      {"stack in the middle", [] { return stack({counted({4, 6}), counted({4, 6}).flip(0) * 2}, 1); }},
      {"pad", [] { return pad(counted({3, 5}) * 2, {{1, 2}, {0, 3}}, PadMode::constant, 7); }},
      {"pad by reflection", [] { return pad(counted({3, 5}), {{4, 1}}, PadMode::reflect); }},
      {"update of steps", [] { return update(counted({6, 9}), {{5, 0, -2}, {1, {}, 3}}, counted({3}) * 5); }},
      {"update in place", [] { return update((counted({700}) * 1).eval(), {{3, 650}}, counted({647})); }},
      {"update of complex numbers",
       [] { return update(astype(counted({6, 9}), complex64), {{{}, {}, 2}, {1, 7}}, make_complex(counted({6}), counted({6}))); }},
      {"eval_into", [] { return into_host(counted({8, 9}).T() * 2); }},
      {"contiguous", [] { return counted({8, 9}).T().contiguous(); }},
  };
  return all;
}

/// For each case: what came of it on the device. "ok" when the bits are the CPU's, the value is where it should be, and every
/// fallback was counted and explained.
std::string outcome(const Case& c, const std::string& device) {
  std::string expected;
  {
    const DeviceScope scope{Device("cpu")};
    expected = bits(c.build());
  }
  const DeviceScope scope{Device(device)};
  const std::int64_t before = counters().fallbacks;
  Explain explain;
  array result;
  try {
    result = c.build().eval();
  } catch (const error& failure) {
    const bool named = std::string(failure.what()).find("(TRIREME_STRICT=1 forbids the fallback to the cpu)") != std::string::npos;
    return failure.code() == Code::unsupported && named ? "strict" : failure.what();
  }
  const std::int64_t counted = counters().fallbacks - before;
  std::int64_t explained = 0;
  for (const ProgramReport& r : explain.programs())
    explained += r.device == "cpu" && r.why.ends_with("; runs on the cpu instead");
  if (bits(result) != expected) return "other bits";
  if (counted == 0) return "no fallback";
  // A reduction is one fallback and several programs; what a program does besides is none.
  if (explained < counted) return std::to_string(counted) + " counted, " + std::to_string(explained) + " explained";
  return "ok";
}

TEST(fallback_child, DISABLED_every_case) {
  std::string text;
  for (const Case& c : cases())
    if (const std::string got = outcome(c, std::getenv("TRIREME_TEST_DEVICE")); got != std::getenv("TRIREME_TEST_OUTCOME"))
      text += std::string(c.name) + ": " + got + "; ";
  report(text.empty() ? "as expected" : text);
}

class fallback : public testing::Test {
 protected:
  void SetUp() override {
    void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library || !dlsym(library, "stand_in_reset")) GTEST_SKIP() << "the stand-in is not first on LD_LIBRARY_PATH";
    std::ifstream info("/proc/cpuinfo");
    const std::string text{std::istreambuf_iterator<char>(info), {}};
    if (text.find(" fma ") == std::string::npos) GTEST_SKIP() << "this processor has no fma to contract to";
    // A compiler that contracts against its orders: the probe finds the device not exact, so it runs no program.
    std::ofstream(script_) << "#!/bin/sh\nexec c++ \"$@\" -ffp-contract=fast -fexpensive-optimizations -mfma\n";
    chmod(script_.c_str(), 0700);
  }
  void TearDown() override { fs::remove(script_); }
  std::string run(const char* strict, const char* outcome) const {
    return run_child("fallback_child.DISABLED_every_case", {{"TRIREME_TEST_DEVICE", "cuda"},
                                                            {"TRIREME_TEST_OUTCOME", outcome},
                                                            {"TRIREME_STRICT", strict},
                                                            {"TRIREME_CACHE", "0"},
                                                            {"STAND_IN_COMPILER", script_.c_str()}});
  }
  const std::string script_ = (fs::temp_directory_path() / ("trireme_contracting_" + std::to_string(getpid()))).string();
};

TEST_F(fallback, device_that_is_not_exact_lets_the_cpu_do_all_of_it) { EXPECT_EQ(run(nullptr, "ok"), "as expected"); }

TEST_F(fallback, strict_makes_each_of_them_an_error) { EXPECT_EQ(run("1", "strict"), "as expected"); }

// Programs that no device takes for the number of their parameters, which shows only with the layout.

/// 24 complex operands, transposed and rolled: 48 parameters, each with an offset and three numbers for each of 4 axes.
array wide() {
  array total;
  for (int k = 0; k < 24; ++k) {
    const array x = roll(make_complex(counted({3, 4, 5, 6}), counted({3, 4, 5, 6}) * (k + 1)).eval().T(), 1, k % 4);
    total = k == 0 ? x : total + x;
  }
  return total;
}

TEST(fallback_child, DISABLED_wide) {
  const std::string device = std::getenv("TRIREME_TEST_DEVICE");
  try {
    Device{device};
  } catch (const error& missing) {
    return report(std::string("missing ") + missing.what());
  }
  report(outcome({"wide", wide}, device) + ", " + outcome({"wide region", [] { return concat({wide(), wide()}, 1); }}, device));
}

class too_wide : public testing::TestWithParam<const char*> {};

TEST_P(too_wide, program_with_too_many_parameters_falls_back_or_is_an_error) {
  const auto run = [&](const char* strict) {
    return run_child("fallback_child.DISABLED_wide", {{"TRIREME_TEST_DEVICE", GetParam()}, {"TRIREME_STRICT", strict}});
  };
  const std::string text = run(nullptr);
  if (text.starts_with("missing")) GTEST_SKIP() << text;
  EXPECT_EQ(text, "ok, ok");
  EXPECT_EQ(run("1"), "strict, strict");
}

INSTANTIATE_TEST_SUITE_P(devices, too_wide, testing::Values("opencl", "cuda"), [](const auto& about) { return std::string(about.param); });

}  // namespace
}  // namespace trireme::test
