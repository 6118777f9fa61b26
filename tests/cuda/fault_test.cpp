// tests/cuda/fault_test.cpp -- faults of driver, compiler and device: clear errors, nothing else broken
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "cuda/driver_session.hpp"
#include "support/child_process.hpp"
#include "support/fault_report.hpp"

namespace trireme::test {
namespace {

namespace fs = std::filesystem;

class cuda_fault : public testing::Test {
 protected:
  void SetUp() override {
    if (!stand_in_symbol("stand_in_reset")) GTEST_SKIP() << "the stand-in libcuda.so.1 is not first on LD_LIBRARY_PATH";
  }
};

// A launch that breaks the context. Launches one and two are the probe's.

TEST(cuda_fault_child, DISABLED_loses_the_device) {
  const Device cuda("cuda");
  const array x = array::from<float>({1, 2, 3, 4});
  const array there = x.to(cuda);
  const array good = (there + 1).eval();                       // launch 3
  const array copied = (there + 2).eval();                     // launch 4
  const std::string before = total(copied.to(Device("cpu")));  // has a copy on the CPU now
  array bad = there * 2;
  std::string text = "eval: " + outcome([&] {
                       bad.eval();  // launch 5
                       synchronize(cuda);
                       return std::string("no error");
                     });
  text += "\nagain: " + outcome([&] {
            synchronize(cuda);
            return std::string("no error");
          });
  text += "\nonly there: " + total(good);
  text += "\nhas a copy: " + before + " " +
          outcome([&] { return std::to_string(copied.to(Device("cpu")).to_vector<float>()[3]); });
  text += "\noriginal: " + total(x);
  const DeviceReport report_now = report_of("cuda:0");
  text += std::string("\nreport: ") + (report_now.usable ? "usable " : "not usable ") + report_now.reason;
  text += "\nnamed: " + outcome([&] { return Device("cuda").name(); });
  const std::int64_t fallbacks = counters().fallbacks;
  {
    const DeviceScope scope(cuda);
    text += "\nscope: " + total(x * 3);
    text += " joined " + outcome([&] { return std::to_string(concat({x, x}, 0).size()); });
  }
  text += " fallbacks " + std::to_string(counters().fallbacks > fallbacks);
  Explain explain;  // so much that auto would look at a GPU
  text += "\nauto: " + total(full({5'000'000}, 1, f32).contiguous() * 2) + " ";
  text += explain.programs().empty() ? "no program" : choice_of(explain.programs().back());
  text += "\nevent: " + outcome([&] {
            Event::record(cuda);
            return std::string("no error");
          });
  text += "\n" + cpu_goes_on();
  report(text);
}

void expect_lost(const std::string& text, const std::string& code) {
  const std::string lost = "cuda:0 (Stand-in device 0) was lost to this process: ";
  EXPECT_TRUE(contains(text, "eval: error ")) << text;
  EXPECT_TRUE(contains(text, "(" + code + ")")) << text;
  EXPECT_TRUE(contains(text, "again: error 7 cuda: " + lost)) << text;
  EXPECT_TRUE(contains(text, "only there: error 7 ")) << text;
  EXPECT_TRUE(contains(text, "has a copy: 18 6.0")) << text;
  EXPECT_TRUE(contains(text, "original: 10")) << text;
  EXPECT_TRUE(contains(text, "report: not usable " + lost)) << text;
  EXPECT_TRUE(contains(text, "named: error ")) << text;
  EXPECT_TRUE(contains(text, "scope: 30 joined 8 fallbacks 1")) << text;
  EXPECT_TRUE(contains(text, "auto: 10000000 auto: ")) << text;
  EXPECT_TRUE(contains(text, ", cuda:0 not: " + lost)) << text;
  EXPECT_TRUE(contains(text, "event: error 7 cuda: " + lost)) << text;
  EXPECT_TRUE(contains(text, "cpu goes on")) << text;
}

TEST_F(cuda_fault, lost_device_loses_only_what_was_on_it_alone) {
  for (const char* code : {"719", "700"})
    for (const char* async : {"0", "1"})
      expect_lost(
          run_child("cuda_fault_child.DISABLED_loses_the_device",
                    {{"STAND_IN_LAUNCH_FAIL_AT", "5"}, {"STAND_IN_LAUNCH_FAIL_CODE", code}, {"STAND_IN_ASYNC", async}}),
          code);
}

TEST_F(cuda_fault, lost_device_without_pools_is_the_same) {
  expect_lost(run_child("cuda_fault_child.DISABLED_loses_the_device",
                        {{"STAND_IN_LAUNCH_FAIL_AT", "5"}, {"STAND_IN_POOLS", "0"}, {"STAND_IN_LATE", "1"}}),
              "719");
}

TEST(cuda_fault_child, DISABLED_loses_one_of_two_devices) {
  const Device first("cuda:0"), second("cuda:1");  // four launches of probes
  const array x = array::from<float>({1, 2, 3, 4});
  const array on_second = (x.to(second) + 1).eval();                                                  // launch 5
  const std::string lost = outcome([&] { return std::to_string((x.to(first) * 2).eval().size()); });  // launch 6
  std::string text = contains(lost, "(719)") ? "lost" : lost;
  text += ", second " + total(on_second) + ", " + total(x.to(second) * 3);
  for (const DeviceReport& report_now : devices())
    if (report_now.name.starts_with("cuda"))
      text += ", " + report_now.name + (report_now.usable ? " usable" : " not usable");
  report(text);
}

TEST_F(cuda_fault, second_device_works_on_when_the_first_is_lost) {
  EXPECT_EQ(run_child("cuda_fault_child.DISABLED_loses_one_of_two_devices",
                      {{"STAND_IN_DEVICES", "2"}, {"STAND_IN_LAUNCH_FAIL_AT", "6"}}),
            "lost, second 14, 30, cuda:0 not usable, cuda:1 usable");
}

TEST(cuda_fault_child, DISABLED_moves_between_devices) {
  const Device first("cuda:0"), second("cuda:1");
  const array x = linspace(0, 999'999, 1'000'000, f32);
  const array a = (x.to(first) * 2).eval();
  const std::int64_t moved = counters().bytes_moved;
  const array b = (a.to(second) + 1).eval();
  std::string text = "moved " + std::to_string(counters().bytes_moved - moved);
  text += ", on " + a.device().name() + " " + b.device().name();
  text += ", right " + std::to_string(all(b.to(Device("cpu")) == x * 2 + 1).item<bool>());
  text += ", " + outcome([&] { return std::to_string((a + b).size()); });
  text += ", races " + std::to_string(races());
  report(text);
}

TEST_F(cuda_fault, arrays_move_between_devices_through_the_host_and_are_counted) {
  for (const char* async : {"0", "1"}) {
    const std::string text = run_child("cuda_fault_child.DISABLED_moves_between_devices",
                                       {{"STAND_IN_DEVICES", "2"}, {"STAND_IN_ASYNC", async}});
    EXPECT_TRUE(text.starts_with("moved 8000000, on cuda:0 cuda:1, right 1, error ")) << text;
    EXPECT_TRUE(contains(text, "cuda:0") && contains(text, "cuda:1")) << text;
    EXPECT_TRUE(text.ends_with(", races 0")) << text;
  }
}

// Memory.

TEST(cuda_fault_child, DISABLED_runs_out_of_memory) {
  const Device cuda("cuda");
  const auto reset = reinterpret_cast<void (*)()>(stand_in_symbol("stand_in_reset"));
  const array x = ones({1'000'000}, f32).contiguous();
  const array there = x.to(cuda);
  array lazy = there * 2;
  reset();  // counts start again: the next allocation is the first
  setenv("STAND_IN_OOM_AT", "1", 1);
  std::string text = outcome([&] { return std::string("computed ") + (lazy.eval().is_lazy() ? "lazy" : "ready"); });
  unsetenv("STAND_IN_OOM_AT");
  text += ", lazy " + std::to_string(lazy.is_lazy()) + ", live " + std::to_string(memory_use(cuda).live);
  text += ", then " + total(lazy);
  report(text);
}

TEST_F(cuda_fault, failing_allocation_is_tried_again_after_everything_kept_was_given_back) {
  for (const char* pools : {"0", "1"})
    EXPECT_EQ(run_child("cuda_fault_child.DISABLED_runs_out_of_memory",
                        {{"STAND_IN_POOLS", pools}, {"STAND_IN_OOM_COUNT", "1"}}),
              "computed ready, lazy 0, live 8000000, then 2000000");
}

TEST_F(cuda_fault, device_without_room_says_what_is_free_and_leaves_the_array_lazy) {
  for (const char* pools : {"0", "1"}) {
    const std::string text = run_child("cuda_fault_child.DISABLED_runs_out_of_memory",
                                       {{"STAND_IN_POOLS", pools}, {"STAND_IN_OOM_COUNT", "2"}});
    EXPECT_TRUE(text.starts_with("error 4 eval of multiply of shape (1000000): allocate: cuda:0 (Stand-in device 0) "
                                 "has no room for 4000000 bytes; ") ||
                contains(text, "has no room for 4000000 bytes; "))
        << text;
    EXPECT_TRUE(contains(text, " bytes are free, lazy 1, live 4000000, then 2000000")) << text;
  }
}

TEST(cuda_fault_child, DISABLED_copies_much) {
  const Device cuda("cuda");
  const array x = linspace(0, 2'999'999, 3'000'000, f32);  // six chunks
  std::string text = "right";
  for (int k = 0; k < 2; ++k) {
    const array y = (x.to(cuda) + static_cast<float>(k)).eval();
    if (!all(y.to(Device("cpu")) == x + static_cast<float>(k)).item<bool>()) text = "wrong";
    // Small copies, 32 to a chunk, all on their way before the first one is looked at.
    std::vector<array> small;
    for (int j = 0; j < 70; ++j) small.push_back(full({16'000}, j, f32).contiguous().to(cuda));
    for (int j = 0; j < 70; ++j)
      if (small[static_cast<std::size_t>(j)].to_vector<float>() != std::vector<float>(16'000, static_cast<float>(j)))
        text = "wrong";
  }
  report(text + ", races " + std::to_string(races()));
}

TEST_F(cuda_fault, copies_are_right_with_and_without_pinned_memory) {
  for (const char* async : {"0", "1"})
    for (const char* fail_at : {"0", "1", "2"})
      EXPECT_EQ(
          run_child("cuda_fault_child.DISABLED_copies_much",
                    {{"STAND_IN_ASYNC", async}, {"STAND_IN_HOST_OOM_AT", fail_at}, {"STAND_IN_OOM_COUNT", "1000"}}),
          "right, races 0")
          << "async " << async << ", pinned memory fails from " << fail_at;
}

TEST(cuda_fault_child, DISABLED_loops) {
  const Device cuda("cuda");
  const auto live = reinterpret_cast<unsigned long long (*)()>(stand_in_symbol("stand_in_live_bytes"));
  array b = zeros({1000}, f32).to(cuda), c = ones({1000}, f32).to(cuda);
  unsigned long long after_ten = 0;
  for (int k = 0; k < 10'000; ++k) {
    b = (b + c).eval();
    if (k == 10) after_ten = live();
  }
  const unsigned long long now = live();
  report((now <= after_ten ? "no growth, " : "growth, ") + total(b) + ", races " + std::to_string(races()));
}

TEST_F(cuda_fault, ten_thousand_iterations_take_no_more_memory_than_ten) {
  for (const char* pools : {"0", "1"})
    EXPECT_EQ(run_child("cuda_fault_child.DISABLED_loops", {{"STAND_IN_POOLS", pools}, {"STAND_IN_ASYNC", "1"}}),
              "no growth, 10000000, races 0");
}

// A driver or a compiler that does not fit.

TEST(cuda_fault_child, DISABLED_reports) {
  const DeviceReport found = [] {
    for (const DeviceReport& report_now : devices())
      if (report_now.name.starts_with("cuda")) return report_now;
    return DeviceReport();
  }();
  report(found.name + (found.usable ? " usable " : " not usable ") + found.reason +
         "\nnamed: " + outcome([] { return Device("cuda").name(); }) + "\n" + cpu_goes_on());
}

TEST_F(cuda_fault, unfit_driver_or_compiler_makes_the_device_not_usable_and_says_why) {
  const struct {
    const char* cue;
    const char* value;
    const char* sentence;
  } cases[] = {
      {"STAND_IN_LOAD", "222",
       "cuModuleLoadData failed on cuda:0 (Stand-in device 0), code of NVRTC 12.9, driver for CUDA 12.9"},
      {"STAND_IN_LOAD", "222", "CUDA_ERROR_UNSUPPORTED_PTX_VERSION (222)"},
      {"STAND_IN_LOAD", "218", "CUDA_ERROR_INVALID_PTX (218)"},
      {"STAND_IN_LOAD", "209", "CUDA_ERROR_NO_BINARY_FOR_GPU (209)"},
      {"STAND_IN_COMPILE_FAIL", "1", "log:\ntrireme.cu(1): error: compilation fails on cue"},
      {"STAND_IN_LAUNCH_FAIL_AT", "1", "CUDA_ERROR_LAUNCH_FAILED (719)"},
      {"STAND_IN_OOM_AT", "1", "has no room"},
  };
  for (const auto& expected : cases) {
    const std::string text =
        run_child("cuda_fault_child.DISABLED_reports",
                  {{expected.cue, expected.value}, {"STAND_IN_OOM_COUNT", "2"}, {"TRIREME_CACHE", "0"}});
    EXPECT_TRUE(text.starts_with("cuda:0 not usable ")) << text;
    EXPECT_TRUE(contains(text, expected.sentence)) << expected.sentence << "\n" << text;
    EXPECT_TRUE(contains(text, "named: error ")) << text;
    EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
  }
}

TEST_F(cuda_fault, newer_compiler_than_the_driver_says_what_to_do) {
  const std::string text =
      run_child("cuda_fault_child.DISABLED_reports", {{"STAND_IN_LOAD", "222"}, {"STAND_IN_DRIVER_VERSION", "12020"}});
  EXPECT_TRUE(contains(
      text, "code of NVRTC 12.9, driver for CUDA 12.2 (update the driver, or install an NVRTC that is not newer)"))
      << text;
}

TEST_F(cuda_fault, old_compiler_is_no_use) {
  const std::string text = run_child("cuda_fault_child.DISABLED_reports", {{"STAND_IN_NVRTC_VERSION", "11080"}});
  if (contains(text, "code of NVRTC")) GTEST_SKIP() << "this machine has an NVRTC in /usr/local/cuda";
  EXPECT_TRUE(contains(text, "libnvrtc.so.12 (is version 11.8, older than 12.0)")) << text;
  EXPECT_TRUE(text.ends_with("cpu goes on")) << text;
}

TEST(cuda_fault_child, DISABLED_forgets_to_wait) {
  const Context context;
  const UserStream stream(context);
  const array y = (array::from<float>({1, 2, 3, 4}).to(context.device()) + 1).eval();
  float got[4] = {};
  const int code = context.driver.cuMemcpyDtoHAsync_v2(got, device_pointer(y), sizeof got, stream.get());
  report(std::to_string(code) + " races " + std::to_string(races()));
  reinterpret_cast<void (*)()>(stand_in_symbol("stand_in_reset"))();  // so that all of this can be destroyed
}

TEST_F(cuda_fault, program_that_does_not_wait_for_the_library_is_noticed) {
  EXPECT_EQ(run_child("cuda_fault_child.DISABLED_forgets_to_wait", {}), "700 races 1");
}

// Beginning and end.

TEST(cuda_fault_child, DISABLED_stays_on_the_cpu) {
  std::string text = cpu_goes_on();
  text += dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD) ? ", libcuda is open" : ", libcuda is not open";
  const Device cuda("cuda");
  text += dlopen("libcuda.so.1", RTLD_NOW | RTLD_NOLOAD) ? ", then open" : ", still not";
  report(text);
}

TEST_F(cuda_fault, no_driver_is_opened_for_work_on_the_cpu) {
  EXPECT_EQ(run_child("cuda_fault_child.DISABLED_stays_on_the_cpu", {}), "cpu goes on, libcuda is not open, then open");
}

array& kept_until_exit() {
  static array kept;
  return kept;
}

TEST(cuda_fault_child, DISABLED_exits_with_arrays_and_work_in_flight) {
  array& kept = kept_until_exit();  // destroyed behind the driver's library, which was opened later
  const Device cuda("cuda");
  kept = linspace(0, 1, 300'000, f32).to(cuda);
  thread_local array of_thread = (kept * 2).eval();
  static array lazy = kept + of_thread;  // never computed
  static Event event = Event::record(cuda);
  for (int k = 0; k < 5; ++k) kept = (kept + 1).eval();  // nobody waits for them
  report("exits");
}

TEST_F(cuda_fault, process_ends_cleanly_with_arrays_and_work_on_the_device) {
  for (const char* pools : {"0", "1"})
    for (const char* async : {"0", "1"})
      EXPECT_EQ(run_child("cuda_fault_child.DISABLED_exits_with_arrays_and_work_in_flight",
                          {{"STAND_IN_POOLS", pools}, {"STAND_IN_ASYNC", async}}),
                "exits");
}

}  // namespace
}  // namespace trireme::test
