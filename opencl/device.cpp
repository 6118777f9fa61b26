// opencl/device.cpp -- what an OpenCL device is and lacks, and its context and queue on first use
// SPDX-License-Identifier: Apache-2.0
#include "opencl/device.hpp"

#include <algorithm>
#include <cstdio>
#include <iterator>

#include "dispatch/source_writer.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "program/rule.hpp"
#include "program/trace.hpp"
#include "trireme/error.hpp"

namespace trireme::opencl {
namespace {

using program::Instruction;
using program::Opcode;
using program::Program;

constexpr double kLaunchSeconds = 3e-5;
constexpr double kBytesPerSecond = 1e11;  // OpenCL tells no bandwidth
constexpr double kCopyBytesPerSecond = 1e10;
constexpr double kHostBytesPerSecond = 5e9;  // a CPU device, copies included

// Blocks beyond this share of the device's memory are not kept when they are released.
constexpr std::size_t kCacheShare = 4;

// "OpenCL 1.2 anything" gives 12; 0 when it is not of that form.
int version_number(const std::string& text) {
  int major = 0, minor = 0;
  return std::sscanf(text.c_str(), "OpenCL %d.%d", &major, &minor) == 2 ? major * 10 + minor : 0;
}

bool has_word(const std::string& words, const std::string& word) {
  return (" " + words + " ").find(" " + word + " ") != std::string::npos;
}

// Instructions that only move bits: subnormals survive them on a device that flushes in arithmetic.
constexpr Opcode kMoves[] = {Opcode::load,     Opcode::store,       Opcode::load_at,     Opcode::store_at,
                             Opcode::scalar,   Opcode::where,       Opcode::constant,    Opcode::as_int,
                             Opcode::as_float, Opcode::local,       Opcode::get,         Opcode::set,
                             Opcode::shared,   Opcode::shared_load, Opcode::shared_store};

bool computes_f32(const Program& program) {
  for (const Instruction& instruction : program.body) {
    if (std::find(std::begin(kMoves), std::end(kMoves), instruction.op) != std::end(kMoves)) continue;
    if (instruction.type == f32) return true;
    for (const program::Value operand : instruction.operand)
      if (operand < program.body.size() && program.body[operand].type == f32) return true;
  }
  return false;
}

// The elementary functions divide inside, and so may every other row that the text has a function for.
bool divides_f32(const Program& program) {
  for (const Instruction& instruction : program.body) {
    const Opcode op = instruction.op;
    if (instruction.type != f32) continue;
    if (op == Opcode::divide || op == Opcode::sqrt || op == Opcode::exp || op == Opcode::log || op == Opcode::tanh ||
        program::is_long(program::info(op).rule))
      return true;
    if (program::is_table_op(op) && !dispatch::is_spelled(op) && program::takes(op, f32) && divides_f32(program::expand(op, f32)))
      return true;
  }
  return false;
}

}  // namespace

std::string OpenclDevice::refusal(const Driver& driver, const FoundDevice& found) {
  const std::string who =
      "Device " + driver.device_text(found.device, kDeviceName) + " of platform " + found.platform_name;
  if (driver.device_value<cl_uint>(found.device, kDeviceAvailable) == 0) return who + " says that it is not available.";
  if (driver.device_value<cl_uint>(found.device, kDeviceCompiler) == 0) return who + " has no compiler for OpenCL C.";
  if (driver.device_value<cl_uint>(found.device, kDeviceLittleEndian) == 0) return who + " is big-endian.";
  const std::string version = driver.device_text(found.device, kDeviceVersion);
  if (version_number(version) < 12) return who + " has " + version + ", and Trireme needs OpenCL 1.2 or newer.";
  const auto group = driver.device_value<std::size_t>(found.device, kDeviceMaxGroupSize);
  const bool is_cpu = (driver.device_value<cl_bitfield>(found.device, kDeviceType) & kTypeCpu) != 0;
  if (!is_cpu && group < static_cast<std::size_t>(dispatch::kLeastGroupSize))
    return who + " takes groups of at most " + std::to_string(group) + " work-items, and Trireme's have " +
           std::to_string(dispatch::kLeastGroupSize) + " at least.";
  return {};
}

OpenclDevice::OpenclDevice(const Driver& driver, const FoundDevice& found, int ordinal)
    : driver_(driver), found_(found) {
  const cl_device_id device = found_.device;
  info_.description = driver_.device_text(device, kDeviceName);
  name_ = "opencl:" + std::to_string(ordinal) + " (" + info_.description + ")";

  // OpenCL 3.0 devices may have f64 without saying so among the extensions.
  has_f64_ = has_word(driver_.device_text(device, kDeviceExtensions), "cl_khr_fp64") ||
             driver_.device_value<cl_bitfield>(device, kDeviceDoubleConfig) != 0;
  f32_ = driver_.device_value<cl_bitfield>(device, kDeviceSingleConfig);
  max_allocation_ = driver_.device_value<std::uint64_t>(device, kDeviceMaxAllocation);
  max_parameter_bytes_ = driver_.device_value<std::size_t>(device, kDeviceMaxParameterBytes);
  total_bytes_ = driver_.device_value<std::uint64_t>(device, kDeviceMemory);
  cache_ = std::make_unique<dispatch::BlockCache<cl_mem>>(total_bytes_ / kCacheShare);

  char memory[32];
  std::snprintf(memory, sizeof memory, "%.1f GiB", static_cast<double>(total_bytes_) / (1 << 30));
  info_.details = found_.platform_name + ", " + driver_.device_text(device, kDeviceVersion) + ", driver " +
                  driver_.device_text(device, kDriverVersion) + ", " +
                  std::to_string(driver_.device_value<cl_uint>(device, kDeviceComputeUnits)) + " compute units, " +
                  memory;
  list_lacks();

  info_.is_host = (driver_.device_value<cl_bitfield>(device, kDeviceType) & kTypeCpu) != 0;
  target_ = dispatch::fit_target(driver_.device_value<std::size_t>(device, kDeviceMaxGroupSize), info_.is_host);
  info_.launch_seconds = kLaunchSeconds;
  info_.bytes_per_second = info_.is_host ? kHostBytesPerSecond : kBytesPerSecond;
  info_.copy_bytes_per_second = info_.is_host ? kHostBytesPerSecond : kCopyBytesPerSecond;
}

// What supports() refuses, once for people to read.
void OpenclDevice::list_lacks() {
  const auto lack = [this](const char* what, const std::string& then) {
    info_.details += std::string(", no ") + what;
    info_.lacks.push_back("no " + std::string(what) + ": " + then + " on the cpu instead");
  };
  if (!has_f64_) lack("f64", "programs with float64 or complex128 run");
  if (!(f32_ & kFpNearest))
    lack("f32 rounding to nearest", "programs that compute in float32, as float16, bfloat16 and complex64 do too, run");
  if (!(f32_ & kFpCorrectDivideSqrt))
    lack("correctly rounded f32 divide and sqrt",
         "float32 programs with divide, sqrt, exp, log or tanh, those of float16, bfloat16 and complex64 among them, run");
  if (!(f32_ & kFpSubnormals))
    lack("f32 subnormals", "programs that compute in float32, as float16, bfloat16 and complex64 do too, run");
  if (!(f32_ & kFpFma)) info_.details += ", no fast f32 fma";
}

dispatch::Support OpenclDevice::supports(const program::Program& program) const {
  using dispatch::Support;
  if (!has_f64_ && dispatch::uses_f64(program))
    return Support::no(name_ + " has no f64 arithmetic (cl_khr_fp64), and the program uses it");
  if (!(f32_ & kFpNearest) && computes_f32(program))
    return Support::no(name_ + " does not round f32 results to nearest, so they would not be exact");
  if (!(f32_ & kFpSubnormals) && computes_f32(program))
    return Support::no(name_ + " flushes f32 subnormals to zero, so results would not be exact");
  if (!(f32_ & kFpCorrectDivideSqrt) && divides_f32(program))
    return Support::no(name_ + " does not round f32 division and square root correctly, so results would not be exact");
  return dispatch::writable(program);
}

void OpenclDevice::start() {
  std::lock_guard lock(start_mutex_);
  if (started_.load(std::memory_order_relaxed)) return;
  const std::intptr_t properties[] = {kContextPlatform, reinterpret_cast<std::intptr_t>(found_.platform), 0};
  cl_int code = kSuccess;
  const cl_context context = driver_.clCreateContext(properties, 1, &found_.device, nullptr, nullptr, &code);
  opencl::check(code, "clCreateContext", name_);
  queue_ = driver_.clCreateCommandQueue(context, found_.device, 0, &code);
  if (code != kSuccess) {
    driver_.clReleaseContext(context);
    opencl::check(code, "clCreateCommandQueue", name_);
  }
  context_ = context;
  last_ = queue_;
  started_.store(true, std::memory_order_release);
}

void OpenclDevice::ready() {
  if (const std::string* reason = lost()) throw error(Code::device_failure, "opencl: " + *reason);
  if (!started_.load(std::memory_order_acquire)) start();
}

void OpenclDevice::fail(cl_int code, const char* call) {
  // What NVIDIA's driver says of a context that a kernel has broken, and what others say of a device that is gone.
  if (code == kDeviceNotAvailable || code == kInvalidQueue || code == kInvalidContext) lost_.set(name_, call, describe(code));
  opencl::check(code, call, name_);
  throw error(Code::internal, "opencl: no failure");  // never: the code is not success
}

OpenclDevice::Turn::Turn(OpenclDevice& device) : lock_((device.ready(), device.order_mutex_)) {
  const dispatch::StreamUse* use = dispatch::stream_of_thread(&device);
  queue_ = use ? reinterpret_cast<cl_command_queue>(use->stream) : device.queue_;
  if (queue_ == device.last_) return;
  device.follow(queue_, device.last_);
  device.last_ = queue_;
}

/// What is enqueued in `later` from now on waits for all that is in `earlier`.
void OpenclDevice::follow(cl_command_queue later, cl_command_queue earlier) {
  cl_event event = nullptr;
  check(driver_.clEnqueueMarkerWithWaitList(earlier, 0, nullptr, &event), "clEnqueueMarkerWithWaitList");
  const cl_int code = driver_.clEnqueueBarrierWithWaitList(later, 1, &event, nullptr);
  driver_.clReleaseEvent(event);
  check(code, "clEnqueueBarrierWithWaitList");
  // A queue that nobody flushes need not begin, and the other would wait for ever.
  check(driver_.clFlush(earlier), "clFlush");
}

void OpenclDevice::wait() {
  // Nothing was ever enqueued: no reason to make a context.
  if (!started_.load(std::memory_order_acquire) && !lost()) return;
  ready();
  cl_command_queue last = nullptr;
  {
    std::lock_guard lock(order_mutex_);
    last = last_;
  }
  check(driver_.clFinish(last), "clFinish");
}

}  // namespace trireme::opencl
