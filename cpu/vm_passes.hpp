// cpu/vm_passes.hpp -- which instructions of a program are computed together, in one pass over a tile
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "cpu/routines.hpp"
#include "program/program.hpp"

namespace trireme::cpu {

/// One pass: what a step computes before registers have places.
struct Draft {
  int routine;
  program::Value out;
  program::Value in[3];
  bool broadcast[3] = {};  // the routine takes this operand as one element
  int inputs;
};

/// The passes of a program that the VM supports, in order: all but loads, stores, elements and the reduce.
std::vector<Draft> find_passes(const program::Program& program);

inline bool is_store(program::Opcode op) { return op == program::Opcode::store || op == program::Opcode::store_pair; }

/// Whether the instruction's value is one number for all positions.
inline bool is_element(program::Opcode op) { return op == program::Opcode::scalar || op == program::Opcode::constant; }

/// The row whose routine computes a primitive instruction; a row itself.
program::Opcode row_of(program::Opcode op);

}  // namespace trireme::cpu
