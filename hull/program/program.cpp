// hull/program/program.cpp -- facts about opcodes, read from the two tables
// SPDX-License-Identifier: Apache-2.0
#include "program/program.hpp"

namespace trireme::program {

const OpcodeInfo& info(Opcode op) {
  static constexpr OpcodeInfo kTable[] = {
#define OP(name, arity, rule, expression, doc) {#name, Group::table, arity, Rule::rule, doc},
#include "trireme/elementwise.def"
#undef OP
#define INSTRUCTION(name, group, operands, doc) {#name, Group::group, operands, Rule::arithmetic, doc},
#include "program/instructions.def"
#undef INSTRUCTION
  };
  static_assert(sizeof(kTable) / sizeof(kTable[0]) == kOpcodes);
  static_assert(kOpcodes <= 256, "Opcode is one byte");
  return kTable[static_cast<int>(op)];
}

}  // namespace trireme::program
