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
#include "trireme/device.hpp"
#include "trireme/error.hpp"

namespace trireme::dispatch {

struct DeviceInfo {
  std::string description;  // the driver's name of it
  std::string details;      // versions, compute units, memory
  bool is_host = false;     // shares the host's memory and processor (the cpu backend; PoCL)
  double launch_seconds = 0;        // the cost model's two constants, and what a copy costs
  double bytes_per_second = 0;
  double copy_bytes_per_second = 0;
  double compile_seconds = 0;       // of a program; 0 where nothing is compiled
  bool measured = false;            // else these are a backend's guesses
  std::vector<std::string> lacks;  // what it cannot do exactly, and what becomes of programs that need it; sentences
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

/// What a program that drives the device itself, beside Trireme, needs of it. Handles are the driver's own: CUdeviceptr,
/// CUstream, CUevent, CUcontext; cl_mem, cl_command_queue, cl_event, cl_context. "The order" is the one that everything
/// enqueued on a device has; all functions start the device if need be.
class Interop {
 public:
  struct Native {
    std::uintptr_t context = 0, device = 0, stream = 0;
  };
  virtual ~Interop() = default;
  virtual Native native() = 0;

  /// Memory of the user's, checked: throws Code::invalid_argument if it is not `bytes` of this device's and context's.
  /// Retained where the driver counts, until disown().
  virtual Memory adopt(std::uintptr_t pointer, std::size_t bytes) = 0;
  virtual void disown(Memory memory) noexcept = 0;
  /// Where an array is that begins so many bytes behind the start of a block; moves what a handle can express of the
  /// offset into it.
  virtual std::uintptr_t handle_at(Memory memory, std::size_t& offset) = 0;

  /// Throws Code::invalid_argument if the stream is not one of this device's and context's.
  virtual void check_stream(std::uintptr_t stream) = 0;
  /// From now on work in `stream` waits for all that the order holds, or the other way round.
  virtual void stream_after_order(std::uintptr_t stream) = 0;
  virtual void order_after_stream(std::uintptr_t stream) = 0;
  /// The order leaves `stream`, which the user may destroy then.
  virtual void leave_stream(std::uintptr_t stream) noexcept = 0;

  /// An event behind all that the order holds.
  virtual std::uintptr_t record_event() = 0;
  virtual void wait_event(std::uintptr_t event) = 0;
  virtual bool is_complete(std::uintptr_t event) = 0;
  virtual void stream_after_event(std::uintptr_t stream, std::uintptr_t event) = 0;
  /// Throws Code::unsupported where the driver keeps no time of them.
  virtual double seconds_between(std::uintptr_t start, std::uintptr_t end) = 0;
  virtual void destroy_event(std::uintptr_t event) noexcept = 0;
};

/// A stream of the user's that this thread's work on a device goes to; innermost first.
struct StreamUse {
  const Interop* device;
  std::uintptr_t stream;
  StreamUse* outer;
};
inline thread_local constinit StreamUse* streams_of_thread = nullptr;

/// The stream of the user's for this thread and device; null when there is none.
inline const StreamUse* stream_of_thread(const Interop* device) {
  for (const StreamUse* use = streams_of_thread; use; use = use->outer)
    if (use->device == device) return use;
  return nullptr;
}

class Backend {
 public:
  virtual ~Backend() = default;

  /// "cpu", "opencl", "cuda".
  virtual std::string_view name() const = 0;

  /// The usable devices; the first call opens the driver. Empty: see unavailable_reason().
  virtual std::span<const DeviceInfo> devices() = 0;

  /// Why devices() is empty, in a full sentence that also says what to do; "" otherwise.
  virtual std::string unavailable_reason() = 0;

  /// The libraries that were looked for when devices() was first called.
  virtual std::vector<LibraryReport> libraries() { return {}; }

  /// Whether `device` can run `program` with exact results, or why not.
  virtual Support supports(const program::Program& program, int device) = 0;

  /// At least `bytes`, aligned to 64. Throws Code::out_of_memory.
  virtual Memory allocate(int device, std::size_t bytes) = 0;
  virtual void release(int device, Memory memory) noexcept = 0;

  /// Copies between host memory and the device, ordered after earlier launches. On return the host's memory has been read
  /// or written.
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

  /// Why the device, which was usable, is so no more: a sentence, which stays; null while it works. Cheap.
  virtual const std::string* lost(int) { return nullptr; }

  /// Null where there is no driver to share a device with.
  virtual Interop* interop(int) { return nullptr; }

  /// What the device's blocks take of its memory, those kept for later included; 0 when it is not known.
  virtual std::int64_t reserved_bytes(int) { return 0; }

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
