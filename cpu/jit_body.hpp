// cpu/jit_body.hpp -- the code of a flattened program for one vector of positions
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <asmjit/x86.h>

#include <cstdint>
#include <vector>

#include "program/program.hpp"

namespace trireme::cpu {

/// What the bodies of a function share: its loop's registers, and which positions the present code is for.
struct JitFrame {
  asmjit::x86::Compiler& cc;
  bool wide;  // AVX-512, else AVX2
  int lanes;  // positions of a vector, as many for every dtype

  asmjit::x86::Gp index;                 // of the first position
  std::vector<asmjit::x86::Gp> base;     // of the parameters
  bool streams = false;                  // outputs are written past the caches
  bool partial = false;                  // only the first `rest` positions are to be read and written
  asmjit::x86::Gp rest;
  asmjit::x86::KReg tail;                // with AVX-512: these
  asmjit::x86::Vec words, longs;         // with AVX2: these, in elements of 4 and of 8 bytes
  asmjit::x86::Mem buffer;               // 128 bytes on the stack
  bool has_buffer = false;

  JitFrame(asmjit::x86::Compiler& compiler, bool avx512, int positions) : cc(compiler), wide(avx512), lanes(positions) {}

  asmjit::x86::Vec vector(std::size_t bytes);
  asmjit::x86::Vec vector_of(std::size_t item) { return vector(item * static_cast<std::size_t>(lanes)); }
  asmjit::x86::Mem scratch();
  /// A literal, in each element of a vector of so many bytes.
  asmjit::x86::Mem literal(std::size_t item, std::uint64_t bits, std::size_t bytes);
};

/// Whether the instruction gives no value: a store or a reduction.
bool is_sink(program::Opcode op);

/// How many positions a vector is for: those that its widest elements fill it with.
int jit_lanes(const program::Program& flat, bool wide);

/// Registers that the values of one vector take at most, constants and values that no position changes left out; and how
/// many of the latter there are beside constants.
struct JitPressure {
  int live = 0, fixed = 0;
};

class JitBody {
 public:
  using Vec = asmjit::x86::Vec;

  /// `singles` has a bit for each parameter that is one element for all positions.
  JitBody(JitFrame& frame, const program::Program& flat, std::uint64_t singles);

  JitPressure pressure() const;

  /// Loads what no position changes, and the most used constants, so many at most.
  void begin(int constants);

  /// The register is what a load of the parameter gives.
  void bind(std::uint16_t parameter, Vec value) { bound_[parameter] = value; }

  /// The code for the positions from index + displacement on. Of a reduction the value to be reduced is returned; the
  /// instruction that makes it writes to `target`, if that is a register.
  Vec emit(std::int32_t displacement, Vec target = Vec());

 private:
  using Value = program::Value;
  using Opcode = program::Opcode;
  using Instruction = program::Instruction;
  using Operand = asmjit::Operand;
  using Mem = asmjit::x86::Mem;
  using KReg = asmjit::x86::KReg;

  struct Held {
    Vec vec;         // of a mask with AVX2: in lanes of as many bytes as the dtype that made it
    Vec other;       // the same mask in lanes of the other width
    KReg mask;
    bool fixed = false;  // no position changes it
    int uses = 0;        // left in this vector
  };

  const Instruction& at(Value v) const { return flat_.body[v]; }
  std::size_t item(Value v) const;
  bool is_single(std::uint16_t parameter) const { return parameter < 64 && (singles_ >> parameter & 1) != 0; }
  bool is_fixed_load(const Instruction& i) const;
  std::uint32_t id(Value v, std::uint32_t f32, std::uint32_t f64, std::uint32_t i32, std::uint32_t i64) const;

  // jit_body.cpp
  Operand source(Value v);
  Vec reg(Value v);
  Vec target(Value v);
  void used(const Instruction& i);
  void load_fixed(Value v);

  // jit_rows.cpp
  void define(Value v);
  void binary(Value v, std::uint32_t instruction, bool commutes);
  void fused(Value v);
  void choice(Value v);

  // jit_integers.cpp
  void multiply_longs(Value v);
  void shift(Value v);
  void shift_by(Value v);
  void convert(Value v);
  void to_int(Value v);
  void to_float(Value v);
  void longs_to_doubles(Vec to, Vec from, bool is_signed);

  // jit_masks.cpp
  void compare(Value v);
  void connect(Value v);
  KReg predicate(Value v);
  Vec lanes_mask(Value v, std::size_t width);
  std::size_t mask_width(Value v) const;
  void load_mask(Value v, std::int32_t displacement);
  void store_mask(const Instruction& i);
  void fixed_mask(Value v);

  // jit_memory.cpp
  Mem address(std::uint16_t parameter, std::size_t item, std::int32_t more = 0);
  void load(Value v);
  void store(const Instruction& i);
  void store_pair(const Instruction& i);
  void write(std::uint16_t parameter, std::size_t item, Vec value);
  Vec narrowed(Vec value, std::size_t item);
  void copy_loop(Mem to, Mem from, std::size_t item, asmjit::x86::Gp count);

  JitFrame& frame_;
  asmjit::x86::Compiler& cc_;
  const program::Program& flat_;
  std::uint64_t singles_;
  std::vector<Held> held_;
  std::vector<Vec> bound_;
  std::vector<int> uses_;
  std::vector<bool> fixed_;
  std::int32_t displacement_ = 0;
  Value result_ = program::kNoValue;  // what is reduced
  Vec result_target_;
};

}  // namespace trireme::cpu
