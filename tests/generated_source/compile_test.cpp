// tests/generated_source/compile_test.cpp -- every row, dtype and layout compiles with real compilers
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <deque>

#include "cases.hpp"
#include "cuda/language.hpp"
#include "nvrtc_device.hpp"
#include "opencl/language.hpp"
#include "opencl_device.hpp"
#include "turned.hpp"

namespace trireme::test {

namespace {

/// Every program, and each kind of program in every arrangement, as one translation unit.
std::string everything(const dispatch::Language& language, const dispatch::Target& target = {}) {
  std::deque<Work> works;
  std::vector<dispatch::CompileRequest> requests;
  for (const program::Program& p : all_programs()) works.push_back(arrange(p, Arrangement::contiguous, {2, 3, 5}, 1));
  for (const Arrangement a : kArrangements) {
    for (const program::Program& p : {row_program(program::Opcode::where, f32), cast_program(f64, f16), pair_program(), index_program()}) {
      works.push_back(arrange(p, a, {2, 3, 5}, 1));
      works.push_back(spread_outputs(works.back()));
    }
    for (const program::Form form : {program::Form::reduce_inner, program::Form::reduce_outer})
      for (const Dtype type : {i32, u64, f64})
        works.push_back(arrange(reduce_program(form, program::Opcode::reduce_maximum, type, type), a, {2, 3, 5}, 1));
  }
  for (const Dtype type : {boolean, i32, f64}) {
    works.push_back(turned(cast_program(type, f32), {40, 3, 40}));
    works.push_back(works.back());
    works.back().layout.wide = true;
  }
  works.push_back(turned(pair_program(), {40, 40}));
  for (const Work& w : works) requests.push_back({&w.program, &w.layout});
  return dispatch::write_source(requests, language, target);
}

class NvrtcCompile : public ::testing::TestWithParam<int> {};

}  // namespace

TEST_P(NvrtcCompile, every_row_dtype_and_layout_compiles) {
  NvrtcLibrary nvrtc;
  if (!nvrtc.reason().empty()) GTEST_SKIP() << nvrtc.reason();
  EXPECT_EQ(nvrtc.compile(everything(cuda::language()), GetParam()), "");
}

TEST_P(NvrtcCompile, a_wrong_text_gives_its_log) {
  NvrtcLibrary nvrtc;
  if (!nvrtc.reason().empty()) GTEST_SKIP() << nvrtc.reason();
  EXPECT_NE(nvrtc.compile("__global__ void f() { undeclared(); }", GetParam()).find("undeclared"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(architecture, NvrtcCompile, ::testing::Values(80, 90),
                         [](const auto& info) { return "sm_" + std::to_string(info.param); });

TEST(OpenclCompile, every_row_dtype_and_layout_compiles) {
  std::string reason;
  const auto device = OpenclDevice::open(reason);
  if (!device) GTEST_SKIP() << reason;
  EXPECT_NO_THROW(device->build(everything(opencl::language())));
}

}  // namespace trireme::test
