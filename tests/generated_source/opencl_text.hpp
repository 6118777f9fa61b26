// tests/generated_source/opencl_text.hpp -- runs generated OpenCL text and compares outputs with the scalar reference
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <span>

#include "cases.hpp"
#include "opencl/language.hpp"
#include "opencl_device.hpp"
#include "program/program.hpp"

namespace trireme::test {

/// What a CPU gets, a GPU, and a device with the smallest groups.
inline constexpr dispatch::Target kTargets[] = {
    {dispatch::kGroupSize, true}, {dispatch::kGroupSize, false}, {dispatch::kLeastGroupSize, false}};

class OpenclText : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string reason;
    device_ = OpenclDevice::open(reason);
    if (!device_) GTEST_SKIP() << reason;
  }

  /// Builds all texts together for each target, runs each, and compares outputs with the reference.
  void expect_reference(std::vector<Work> works, std::span<const dispatch::Target> targets = kTargets) {
    std::vector<dispatch::CompileRequest> requests;
    for (Work& w : works) {
      program::verify(w.program);
      requests.push_back({&w.program, &w.layout});
    }
    std::vector<Work> wanted = works;
    for (Work& w : wanted) run_reference(w);
    for (const dispatch::Target& target : targets) {
      SCOPED_TRACE(target.is_cpu ? "for a cpu" : "for groups of " + std::to_string(target.group_size));
      void* built = device_->build(dispatch::write_source(requests, opencl::language(), target));
      for (std::size_t k = 0; k < works.size(); ++k) {
        Work w = works[k];
        device_->run(built, w, target);
        compare(w, wanted[k]);
      }
    }
  }

 private:
  static void compare(const Work& got, const Work& wanted) {
    for (std::size_t p = 0; p < got.buffers.size(); ++p) {
      if (got.program.parameters[p].role != program::Role::output) continue;
      int shown = 0;
      for (std::size_t k = 0; k < got.buffers[p].size() && shown < 3; ++k)
        if (!same_element(got.program.parameters[p].type, got.buffers[p][k], wanted.buffers[p][k])) {
          ++shown;
          ADD_FAILURE() << "element " << k << ": " << std::hex << got.buffers[p][k] << " instead of "
                        << wanted.buffers[p][k] << "\n"
                        << program::print(got.program);
        }
    }
  }

  std::unique_ptr<OpenclDevice> device_;
};

}  // namespace trireme::test
