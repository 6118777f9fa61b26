// hull/dispatch/backend.hpp -- THE CONTRACT: what a backend implements; coarse and virtual, never per element
// SPDX-License-Identifier: Apache-2.0
//
// A backend drives one kind of device. Its devices are numbered from 0. Nothing happens before devices() is called:
// no driver is opened, no context made. All functions may be called from any thread. Failures throw trireme::error
// with the driver's call, code and text and the device's name; nothing aborts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "program/domain.hpp"
#include "program/program.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

struct DeviceInfo {
  std::string description;  // the driver's name of it
  std::string details;      // versions, compute units, memory
  bool is_host = false;     // shares the host's memory and processor (the cpu backend; PoCL)
  double launch_seconds = 0;        // the cost model's two constants, and what a copy costs
  double bytes_per_second = 0;
  double copy_bytes_per_second = 0;
};

struct Support {
  bool yes = true;
  std::string reason;  // a sentence, when not
  static Support no(std::string reason) { return {false, std::move(reason)}; }
};

/// Device memory. What the handle means is the backend's affair: a host pointer, a CUdeviceptr, a cl_mem.
struct Memory {
  std::uintptr_t handle = 0;
  std::size_t bytes = 0;
};

/// A program compiled for a device and a Layout. Owned by the executable cache; outlives every launch.
class Executable {
 public:
  virtual ~Executable() = default;
  /// The generated text, or a listing of what is interpreted.
  virtual std::string source() const = 0;
};

struct CompileRequest {
  const program::Program* program;
  const program::Layout* layout;
};

/// What a driver's compiler made of some programs, as bytes that the same driver takes again in another process.
struct Image {
  std::string bytes;  // given: what was kept under image_key(), "" for nothing; left: what to keep, "" for nothing
  bool used = false;  // left: the executables came from the bytes that were given
};

struct Argument {
  Memory memory;                             // inputs and outputs
  // Inputs: how. Outputs of maps: where, contiguous from access->offset on or, if the layout says so, strided; without one
  // contiguous from 0. An output's places are all different.
  const program::Access* access = nullptr;
  std::uint64_t scalar = 0;                  // scalars: the bits, in the low bytes
};

struct Launch {
  const program::Domain* domain;
  const program::Layout* layout;
  std::span<const Argument> arguments;  // one per parameter of the program
};

/// An operand of launch_flat: where its elements begin, or the one scalar. Nothing is set until somebody does.
struct FlatArgument {
  std::uintptr_t address;
  std::uint64_t scalar;  // the bits, in the low bytes
  bool single;           // one element for all positions
};

class Backend {
 public:
  virtual ~Backend() = default;

  /// "cpu", "opencl", "cuda".
  virtual std::string_view name() const = 0;

  /// The usable devices; the first call opens the driver. Empty: see unavailable_reason().
  virtual std::span<const DeviceInfo> devices() = 0;

  /// Why devices() is empty, in a full sentence that also says what to do; "" otherwise.
  virtual std::string unavailable_reason() = 0;

  /// Whether `device` can run `program` with exact results, or why not.
  virtual Support supports(const program::Program& program, int device) = 0;

  /// At least `bytes`, aligned to 64. Throws Code::out_of_memory.
  virtual Memory allocate(int device, std::size_t bytes) = 0;
  virtual void release(int device, Memory memory) noexcept = 0;

  /// Copies between host memory and the device, complete on return and ordered after earlier launches.
  virtual void copy_in(int device, Memory to, std::size_t offset, const void* from, std::size_t bytes) = 0;
  virtual void copy_out(int device, void* to, Memory from, std::size_t offset, std::size_t bytes) = 0;

  /// Compiles verified programs that supports() accepts, together where that is faster: one executable per request,
  /// in order. Throws Code::device_failure with the compiler's log. Takes what `image` holds instead of compiling, if
  /// there is one and the driver takes it, and else compiles: an image that is refused is no error.
  virtual std::vector<std::unique_ptr<Executable>> compile(std::span<const CompileRequest> requests, int device,
                                                           Image* image = nullptr) = 0;

  /// All that the image of these requests depends on, in text: what would be compiled, options, versions of compiler
  /// and, where they matter, driver and device. "" where there is nothing worth keeping.
  virtual std::string image_key(std::span<const CompileRequest>, int) { return {}; }

  /// Enqueues (or runs) the executable in the device's order. Of a reduction over a run of n elements it writes
  /// m = chunks(order, n) partials for each of the K kept positions, to its only output: as [K][m] in inner order
  /// and [m][K] in outer order. The caller repeats with the partials until m is 1.
  virtual void launch(int device, const Executable& executable, const Launch& launch) = 0;

  /// Waits until everything enqueued on `device` is complete, and throws what it failed with.
  virtual void wait(int device) = 0;

  /// Only of the cpu backend: launch() of a map over n positions whose operands are all contiguous or single elements.
  /// Without Domain, Layout and Access, which would cost a small evaluation more than its work.
  virtual void launch_flat(const Executable&, std::int64_t, std::span<const FlatArgument>) {
    throw error(Code::internal, "launch_flat: the cpu's only");
  }

  /// Only of the cpu backend: the whole of a reduction over everything, n contiguous positions in the inner order, to the
  /// one element of its output. False, with nothing done, where the steps by launch() serve better.
  virtual bool reduce_flat(const Executable&, std::int64_t, std::span<const FlatArgument>) { return false; }

  // Optional: choices within a backend that change speed and never bits. The cpu backend has them.

  /// Instruction-set levels that this machine can run, slowest first, and the one in use.
  virtual std::vector<std::string> levels() { return {}; }
  virtual std::string level() { return {}; }
  virtual void set_level(std::string_view) {}
  /// Whether launches of the executable run as machine code made for it, where that is not always so.
  virtual bool is_compiled(const Executable&) { return false; }
  /// Why none do, a sentence; "" where those do that repay it.
  virtual std::string interpreted_reason() { return {}; }
  virtual int threads() { return 1; }
  virtual std::string threads_reason() { return {}; }
  virtual void set_threads(int) {}
};

}  // namespace trireme::dispatch
