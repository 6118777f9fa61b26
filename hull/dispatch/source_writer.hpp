// hull/dispatch/source_writer.hpp -- programs to C-like kernel text; a Language holds what differs between targets
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dispatch/backend.hpp"

namespace trireme::dispatch {

/// The spellings of one target language. What is the same everywhere is not here but in the writer.
///
/// The prelude gives the types i8 u8 i16 u16 i32 u32 i64 u64 f32 and the words that languages spell differently:
///   f32 sqrt_f32(f32)   f32 fma_f32(f32, f32, f32)   i32 as_int_f32(f32)   f32 as_float_i32(i32)
///   u32 high_u32(u32, u32) and u64 high_u64(u64, u64), the upper half of a product
///   u32x2 and u32x4, of 8 and 16 bytes, with members x y z w
///   write_whole(p, q), one store of a u32, u32x2 or u32x4
/// and prelude_f64 gives f64 and the first four with f64 and i64. Where devices may be CPUs, also
///   turn_4x4(T, p, step, q, pitch), which copies 4 rows of 4 from p in memory to the columns of q on the stack
struct Language {
  std::string_view name;  // "cuda", "opencl"
  std::string_view prelude;
  std::string_view prelude_f64;    // emitted only when a program uses f64
  std::string_view kernel;         // qualifiers before "void name(", up to the group's size
  std::string_view kernel_end;     // what closes them
  std::string_view function;       // qualifiers of helper functions
  std::string_view global;         // address space of buffer parameters
  std::string_view restrict_word;  // an output never shares memory with another parameter
  std::string_view shared;         // storage class of group-shared arrays
  std::string_view barrier;        // statement
  std::string_view group_id;       // expressions, of an unsigned integer type
  std::string_view local_id;
  std::string_view shuffle_down;   // f(value, d): the value of the work-item d places on in the warp of 32; "" without warps
};

/// Most work-items of a group, where the device takes as many.
inline constexpr int kGroupSize = 256;

/// What a device wants of the text.
struct Target {
  int group_size = kGroupSize;  // most work-items of a group: a power of two from 32 to kGroupSize
  bool is_cpu = false;          // a work-item is a loop that the driver's compiler turns into SIMD
};

/// The target for a device that takes groups of at most `most` work-items. At least kLeastGroupSize are needed.
inline constexpr int kLeastGroupSize = 32;
Target fit_target(std::size_t most, bool is_cpu);

/// Whether the writer can put `program` into text, or why not.
Support writable(const program::Program& program);

/// Whether the text needs f64, which a device may lack.
bool uses_f64(const program::Program& program);

/// The text of one translation unit that holds one kernel per request, named by entry_name(); equal requests share one.
/// The programs are verified and writable.
std::string write_source(std::span<const CompileRequest> requests, const Language& language, const Target& target = {});

/// "trireme_" and hexadecimal digits that identify program and layout.
std::string entry_name(const CompileRequest& request);

/// The kernel's arguments for one launch, in the order of its parameters, as raw bytes: pointers hold Memory::handle.
struct KernelArgument {
  bool is_memory;
  std::uint64_t bits;  // scalars, in the low bytes
  std::size_t bytes;   // size of the parameter
};
struct KernelLaunch {
  std::vector<KernelArgument> arguments;
  std::vector<std::int64_t> geometry;  // by-value struct of i64 that is the last parameter; empty when there is none
  std::uint64_t groups = 0;            // 0: nothing to launch
  int group_size = kGroupSize;         // work-items of each
};
/// For the text that write_source gave for the same language and target. Reuses the capacity of `out`. An empty domain
/// gives 0 groups, but an empty run of a reduction still writes identities.
void prepare_launch(const program::Program& program, const Launch& launch, const Language& language, const Target& target,
                    KernelLaunch& out);

/// Bytes of all parameters of the request's kernel; devices limit them.
std::size_t parameter_bytes(const CompileRequest& request);

}  // namespace trireme::dispatch
