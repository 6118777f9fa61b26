// tests/opencl/fault_test.cpp -- faults of OpenCL on cue: a clear error or an explained fallback, and the CPU goes on
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include "support/child_process.hpp"
#include "support/fault_report.hpp"

namespace trireme::test {
namespace {

const std::string kStandIn = TRIREME_BINARY_DIR "/stand_in_opencl";

void reset_counts() { reinterpret_cast<void (*)()>(dlsym(dlopen("libOpenCL.so.1", RTLD_NOW), "stand_in_cl_reset"))(); }

class opencl_fault : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kStandIn + "/libOpenCL.so.1"))
      GTEST_SKIP() << "there was no libOpenCL.so.1 to build " << kStandIn;
    if (!report_of("opencl:0").usable) GTEST_SKIP() << "no usable OpenCL device: " << report_of("opencl").reason;
  }
  static std::string run(const char* child, std::initializer_list<std::pair<const char*, const char*>> cues) {
    setenv("LD_LIBRARY_PATH", kStandIn.c_str(), 1);  // for the child; ours was read long ago
    setenv("TRIREME_CACHE", "0", 1);
    const std::string text = run_child(std::string("opencl_fault_child.DISABLED_") + child, cues);
    unsetenv("LD_LIBRARY_PATH");
    unsetenv("TRIREME_CACHE");
    return text;
  }
};

TEST(opencl_fault_child, DISABLED_reports) {
  const DeviceReport found = report_of("opencl");
  std::string text = found.name + (found.usable ? " usable" : " not usable") + (found.exact ? " exact" : " not exact") +
                     ": " + found.reason;
  for (const std::string& lack : found.lacks) text += "\nlack: " + lack;
  text += "\nnamed: " + outcome([] { return Device("opencl").name(); });
  report(text + "\n" + cpu_goes_on());
}

TEST_F(opencl_fault, stand_in_without_cues_changes_nothing) {
  const std::string text = run("reports", {});
  EXPECT_TRUE(text.starts_with("opencl:0 usable exact: \nnamed: opencl:0")) << text;
}

TEST_F(opencl_fault, slow_driver_is_waited_for) {
  const std::string text = run("reports", {{"STAND_IN_CL_HANG_MS", "300"}});
  EXPECT_TRUE(text.starts_with("opencl:0 usable exact: ")) << text;
}

TEST_F(opencl_fault, unusable_devices_say_why) {
  const struct {
    const char* cue;
    const char* value;
    const char* sentence;
  } cases[] = {
      {"STAND_IN_CL_NO_DEVICE", "1", "No OpenCL platform has a device. Platform Portable Computing Language"},
      {"STAND_IN_CL_GROUP_SIZE", "16", "takes groups of at most 16 work-items, and Trireme's have 32 at least."},
      {"STAND_IN_CL_BUILD_FAIL", "1", "error: the build fails on cue"},
      {"STAND_IN_CL_BUILD_FAIL", "1", "CL_BUILD_PROGRAM_FAILURE (-11)"},
      {"STAND_IN_CL_OOM_AT", "1", "has no room for 4096 bytes"},
      {"STAND_IN_CL_LAUNCH_FAIL_AT", "1", "clEnqueueNDRangeKernel failed on opencl:0"},
      {"STAND_IN_CL_LOST_AT", "1", "CL_DEVICE_NOT_AVAILABLE (-2)"},
      {"STAND_IN_CL_LOST_AT", "9", "CL_DEVICE_NOT_AVAILABLE (-2)"},
  };
  for (const auto& expected : cases) {
    const std::string text =
        run("reports",
            // As a GPU where the size of groups counts: a CPU takes any.
            {{expected.cue, expected.value}, {"STAND_IN_CL_GPU", std::string_view(expected.cue).ends_with("GROUP_SIZE") ? "1" : "0"}, {"STAND_IN_CL_OOM_COUNT", "2"}, {"STAND_IN_CL_LAUNCH_FAIL_COUNT", "2"}});
    EXPECT_TRUE(contains(text, " not usable")) << text;
    EXPECT_TRUE(contains(text, expected.sentence)) << expected.sentence << "\n" << text;
    EXPECT_TRUE(contains(text, "named: error ")) << text;
    EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
  }
}

TEST_F(opencl_fault, empty_vendor_folder_means_no_platform) {
  const std::string folder = TRIREME_BINARY_DIR "/empty_vendors";
  std::filesystem::create_directories(folder);
  const std::string text = run("reports", {{"OCL_ICD_VENDORS", folder.c_str()}});
  EXPECT_TRUE(
      text.starts_with("opencl not usable not exact: The OpenCL loader works, but no OpenCL platform is installed."))
      << text;
  EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
}

// Devices that lack something.

TEST(opencl_fault_child, DISABLED_lacks) {
  const Device device("opencl");
  const array x = linspace(1, 4, 4, f32);
  const std::int64_t before = counters().fallbacks;
  std::string text;
  const auto on = [&](const char* what, const array& y) {
    Explain explain;
    const std::string value = total(y);
    text += std::string(what) + " " + value + " on " + explain.programs().front().device + "; ";
  };
  {
    const DeviceScope scope(device);
    on("add", x + 1);
    on("divide", x / 2);
    on("f64", astype(astype(x, f64) + 1, f32));
  }
  text += "fallbacks " + std::to_string(counters().fallbacks - before);
  const DeviceReport found = report_of("opencl:0");
  for (const std::string& lack : found.lacks) text += "\n" + lack;
  report(text + (found.exact ? "\nexact" : "\nnot exact: " + found.reason));
}

TEST_F(opencl_fault, device_without_f64_runs_exact_f32_programs) {
  const std::string text = run("lacks", {{"STAND_IN_CL_WITHOUT", "f64"}});
  EXPECT_TRUE(text.starts_with("add 14 on opencl:0; divide 5 on opencl:0; f64 14 on cpu; fallbacks 1\n")) << text;
  EXPECT_TRUE(contains(text, "\nno f64: programs with float64 or complex128 run on the cpu instead")) << text;
  EXPECT_TRUE(text.ends_with("\nexact")) << text;
}

TEST_F(opencl_fault, device_without_correct_division_lists_what_that_makes_of_f32) {
  const std::string text = run("reports", {{"STAND_IN_CL_WITHOUT", "divide"}});
  EXPECT_TRUE(contains(text, "lack: no correctly rounded f32 divide and sqrt: float32 programs with divide, sqrt"))
      << text;
  EXPECT_TRUE(contains(text, "does not round f32 division and square root correctly")) << text;
  EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
}

TEST(opencl_fault_child, DISABLED_auto_chooses) {
  const array x = full({16'000'000}, 3, f32).contiguous();
  std::string text;
  Explain explain;
  text += std::to_string(sum(x * x - x).item<float>() == 96'000'000.0f) + " ";
  for (const ProgramReport& program : explain.programs()) text += program.device + " ";
  report(text + "\n" + choice_of(explain.programs().front()) + "\nfallbacks " + std::to_string(counters().fallbacks));
}

TEST_F(opencl_fault, auto_never_chooses_a_device_that_is_not_exact) {
  const std::string text =
      run("auto_chooses", {{"STAND_IN_CL_GPU", "1"}, {"STAND_IN_CL_WITHOUT", "subnormals"}, {"TRIREME_STRICT", "1"}});
  EXPECT_TRUE(text.starts_with("1 cpu ")) << text;
  EXPECT_FALSE(contains(text.substr(0, text.find('\n')), "opencl")) << text;
  EXPECT_TRUE(contains(text, "opencl:0 not: opencl:0")) << text;
  EXPECT_TRUE(contains(text, "flushes f32 subnormals to zero")) << text;
  EXPECT_TRUE(text.ends_with("fallbacks 0")) << text;
}

// Faults of a device that worked.

TEST(opencl_fault_child, DISABLED_loses_the_device) {
  const Device device("opencl");
  const array x = array::from<float>({1, 2, 3, 4});
  const array good = (x.to(device) + 1).eval();
  const array copied = (x.to(device) + 2).eval();
  std::string text = "copy " + total(copied.to(Device("cpu")));
  reset_counts();
  setenv("STAND_IN_CL_LOST_AT", "1", 1);
  array bad = x.to(device) * 2;
  text += "\neval: " + outcome([&] { return std::to_string(bad.eval().size()); });
  text += "\nonly there: " + total(good);
  text += "\nhas a copy: " + std::to_string(copied.to(Device("cpu")).to_vector<float>()[3]);
  text += "\noriginal: " + total(x);
  unsetenv("STAND_IN_CL_LOST_AT");  // what was lost stays lost
  const DeviceReport found = report_of("opencl:0");
  text += std::string("\nreport: ") + (found.usable ? "usable " : "not usable ") + found.reason;
  text += "\nnamed: " + outcome([] { return Device("opencl").name(); });
  const std::int64_t before = counters().fallbacks;
  {
    const DeviceScope scope(device);
    text += "\nscope: " + total(x * 3);
  }
  text += " fallbacks " + std::to_string(counters().fallbacks > before);
  report(text + "\n" + cpu_goes_on());
}

TEST_F(opencl_fault, lost_device_loses_only_what_was_on_it_alone) {
  const std::string text = run("loses_the_device", {});
  EXPECT_TRUE(text.starts_with("copy 18\neval: error 7 ")) << text;
  EXPECT_TRUE(contains(text, "CL_DEVICE_NOT_AVAILABLE (-2)")) << text;
  EXPECT_TRUE(contains(text, "\nonly there: error 7 ")) << text;
  EXPECT_TRUE(contains(text, "\nhas a copy: 6.0")) << text;
  EXPECT_TRUE(contains(text, "\noriginal: 10")) << text;
  EXPECT_TRUE(contains(text, "\nreport: not usable opencl:0")) << text;
  EXPECT_TRUE(contains(text, "\nnamed: error ")) << text;
  EXPECT_TRUE(contains(text, "\nscope: 30 fallbacks 1")) << text;
  EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
}

TEST(opencl_fault_child, DISABLED_fails_once) {
  const Device device("opencl");
  const array x = array::from<float>({1, 2, 3, 4}).to(device);
  const std::string warm = total(x + 1);
  array lazy = repeat(x, 100'000) * 2;
  reset_counts();
  setenv("STAND_IN_CL_OOM_AT", std::getenv("CUE_OOM") ? "1" : "0", 1);
  setenv("STAND_IN_CL_LAUNCH_FAIL_AT", std::getenv("CUE_LAUNCH") ? "1" : "0", 1);
  std::string text = outcome([&] { return std::string(lazy.eval().is_lazy() ? "lazy" : "computed"); });
  setenv("STAND_IN_CL_OOM_AT", "0", 1);
  setenv("STAND_IN_CL_LAUNCH_FAIL_AT", "0", 1);
  text += lazy.is_lazy() ? ", then lazy, " : ", then ready, ";
  text += total(lazy) + ", usable " + std::to_string(report_of("opencl:0").usable);
  report(text);
}

TEST_F(opencl_fault, failing_buffer_or_launch_is_tried_again_without_what_is_kept) {
  EXPECT_EQ(run("fails_once", {{"CUE_OOM", "1"}}), "computed, then ready, 2000000, usable 1");
  EXPECT_EQ(run("fails_once", {{"CUE_LAUNCH", "1"}, {"STAND_IN_CL_LAUNCH_FAIL_CODE", "-4"}}),
            "computed, then ready, 2000000, usable 1");
}

TEST_F(opencl_fault, buffer_or_launch_that_fails_again_is_an_error_and_leaves_the_array_lazy) {
  std::string text = run("fails_once", {{"CUE_OOM", "1"}, {"STAND_IN_CL_OOM_COUNT", "2"}});
  EXPECT_TRUE(text.starts_with("error 4 ") && contains(text, "has no room for") &&
              contains(text, "CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"))
      << text;
  EXPECT_TRUE(text.ends_with(", then lazy, 2000000, usable 1")) << text;
  text = run("fails_once", {{"CUE_LAUNCH", "1"}, {"STAND_IN_CL_LAUNCH_FAIL_COUNT", "2"}});
  EXPECT_TRUE(text.starts_with("error 7 ") && contains(text, "clEnqueueNDRangeKernel failed on opencl:0")) << text;
  EXPECT_TRUE(contains(text, "CL_OUT_OF_RESOURCES (-5)") && text.ends_with(", then lazy, 2000000, usable 1")) << text;
}

}  // namespace
}  // namespace trireme::test
