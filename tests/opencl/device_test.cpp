// tests/opencl/device_test.cpp -- what the OpenCL backend refuses on devices that lack something, with a made-up device
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"

#include <cstring>
#include <string>

#include <gtest/gtest.h>

#include "support/map_program.hpp"

namespace trireme::test {
namespace {

using namespace opencl;

struct MadeUp {
  std::string version = "OpenCL 1.2 made up", extensions = "cl_khr_icd cl_khr_fp64 cl_khr_other";
  cl_bitfield f32 = kFpSubnormals | kFpNearest | kFpFma | kFpCorrectDivideSqrt, f64 = 0, type = 4;
  cl_uint available = 1, compiler = 1, little_endian = 1;
  std::size_t group = 1024;
} made_up;

template <class T>
cl_int put(const T& value, std::size_t room, void* to, std::size_t* bytes) {
  if (bytes) *bytes = sizeof value;
  if (to && room < sizeof value) return -30;
  if (to) std::memcpy(to, &value, sizeof value);
  return kSuccess;
}

cl_int put_text(const std::string& text, std::size_t room, void* to, std::size_t* bytes) {
  if (bytes) *bytes = text.size() + 1;
  if (to && room < text.size() + 1) return -30;
  if (to) std::memcpy(to, text.c_str(), text.size() + 1);
  return kSuccess;
}

cl_int get_device_info(cl_device_id, cl_uint what, std::size_t room, void* to, std::size_t* bytes) {
  switch (what) {
    case kDeviceName:
      return put_text("Abacus", room, to, bytes);
    case kDeviceVersion:
      return put_text(made_up.version, room, to, bytes);
    case kDriverVersion:
      return put_text("7", room, to, bytes);
    case kDeviceExtensions:
      return put_text(made_up.extensions, room, to, bytes);
    case kDeviceSingleConfig:
      return put(made_up.f32, room, to, bytes);
    case kDeviceDoubleConfig:
      return put(made_up.f64, room, to, bytes);
    case kDeviceType:
      return put(made_up.type, room, to, bytes);
    case kDeviceAvailable:
      return put(made_up.available, room, to, bytes);
    case kDeviceCompiler:
      return put(made_up.compiler, room, to, bytes);
    case kDeviceLittleEndian:
      return put(made_up.little_endian, room, to, bytes);
    case kDeviceMaxGroupSize:
      return put(made_up.group, room, to, bytes);
    case kDeviceComputeUnits:
      return put(cl_uint{3}, room, to, bytes);
    case kDeviceMemory:
      return put(std::uint64_t{1} << 30, room, to, bytes);
  }
  return -30;
}

class opencl_device : public testing::Test {
 protected:
  opencl_device() {
    made_up = MadeUp();
    driver_.clGetDeviceInfo = get_device_info;
  }
  std::string refusal() const { return OpenclDevice::refusal(driver_, found_); }
  std::string details() const { return OpenclDevice(driver_, found_, 0).info().details; }
  std::string why_not(const program::Program& program) const {
    return OpenclDevice(driver_, found_, 0).supports(program).reason;
  }

  Driver driver_;
  FoundDevice found_{nullptr, nullptr, "Workbench"};
};

program::Program widening_program() {
  program::Builder builder;
  const auto in = builder.parameter(program::Role::input, f32), out = builder.parameter(program::Role::output, f64);
  builder.store(out, builder.emit(program::Opcode::cast, f64, builder.load(in)));
  return builder.take();
}

program::Program copying_program() {
  program::Builder builder;
  const auto in = builder.parameter(program::Role::input, f32), out = builder.parameter(program::Role::output, f32);
  builder.store(out, builder.load(in));
  return builder.take();
}

program::Program comparing_program() {
  program::Builder builder;
  const auto in = builder.parameter(program::Role::input, f32), out = builder.parameter(program::Role::output, boolean);
  const auto value = builder.load(in);
  builder.store(out, builder.emit(program::Opcode::less, boolean, value, value));
  return builder.take();
}

/// The row over one operand, given twice to rows of two.
program::Program row_program(program::Opcode row) {
  program::Builder builder;
  const auto in = builder.parameter(program::Role::input, f32), out = builder.parameter(program::Role::output, f32);
  const auto value = builder.load(in);
  builder.store(out, builder.emit(row, f32, value, program::info(row).operands == 2 ? value : program::kNoValue));
  return builder.take();
}

TEST_F(opencl_device, complete_device_supports_all) {
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(details(), "Workbench, OpenCL 1.2 made up, driver 7, 3 compute units, 1.0 GiB");
  EXPECT_EQ(why_not(quotient_program()), "");
  EXPECT_EQ(why_not(widening_program()), "");
  EXPECT_FALSE(OpenclDevice(driver_, found_, 0).info().is_host);
}

TEST_F(opencl_device, small_groups_and_cpus_with_groups_of_one_are_taken) {
  made_up.group = 32;
  EXPECT_EQ(refusal(), "");
  made_up.group = 1;
  made_up.type = kTypeCpu;
  EXPECT_EQ(refusal(), "");
}

TEST_F(opencl_device, unusable_device_is_refused_with_its_reason) {
  const std::string who = "Device Abacus of platform Workbench ";
  made_up.group = 16;
  EXPECT_EQ(refusal(), who + "takes groups of at most 16 work-items, and Trireme's have 32 at least.");
  made_up.version = "OpenCL 1.1 old";
  EXPECT_EQ(refusal(), who + "has OpenCL 1.1 old, and Trireme needs OpenCL 1.2 or newer.");
  made_up.little_endian = 0;
  EXPECT_EQ(refusal(), who + "is big-endian.");
  made_up.compiler = 0;
  EXPECT_EQ(refusal(), who + "has no compiler for OpenCL C.");
  made_up.available = 0;
  EXPECT_EQ(refusal(), who + "says that it is not available.");
}

TEST_F(opencl_device, device_without_f64_refuses_programs_with_f64) {
  made_up.extensions = "cl_khr_fp64_almost";
  EXPECT_TRUE(details().ends_with(", no f64")) << details();
  EXPECT_EQ(why_not(widening_program()),
            "opencl:0 (Abacus) has no f64 arithmetic (cl_khr_fp64), and the program uses it");
  EXPECT_EQ(why_not(quotient_program()), "");
  made_up.f64 = kFpNearest;  // as OpenCL 3.0 devices may tell it
  EXPECT_EQ(why_not(widening_program()), "");
}

TEST_F(opencl_device, device_without_correct_division_refuses_division_only) {
  made_up.f32 &= ~kFpCorrectDivideSqrt;
  EXPECT_TRUE(details().ends_with(", no correctly rounded f32 divide and sqrt")) << details();
  EXPECT_NE(why_not(quotient_program()).find("does not round f32 division and square root correctly"),
            std::string::npos);
  EXPECT_EQ(why_not(difference_program()), "");
  // Rows that divide in what they stand for, and some that do not.
  using program::Opcode;
  for (const Opcode row : {Opcode::pow, Opcode::fmod, Opcode::remainder, Opcode::floor_divide, Opcode::hypot, Opcode::exp})
    EXPECT_NE(why_not(row_program(row)).find("does not round f32 division and square root correctly"), std::string::npos)
        << program::info(row).name;
  for (const Opcode row : {Opcode::maximum, Opcode::copysign, Opcode::nextafter, Opcode::ldexp, Opcode::multiply})
    EXPECT_EQ(why_not(row_program(row)), "") << program::info(row).name;
}

TEST_F(opencl_device, device_that_flushes_subnormals_refuses_f32_arithmetic_only) {
  made_up.f32 &= ~kFpSubnormals;
  EXPECT_TRUE(details().ends_with(", no f32 subnormals")) << details();
  EXPECT_NE(why_not(difference_program()).find("flushes f32 subnormals"), std::string::npos);
  EXPECT_NE(why_not(comparing_program()).find("flushes f32 subnormals"), std::string::npos);
  EXPECT_NE(why_not(widening_program()).find("flushes f32 subnormals"), std::string::npos);
  EXPECT_EQ(why_not(copying_program()), "");
}

TEST_F(opencl_device, cpu_device_is_host) {
  made_up.type = kTypeCpu;
  EXPECT_TRUE(OpenclDevice(driver_, found_, 0).info().is_host);
}

}  // namespace
}  // namespace trireme::test
