// hull/program/program.hpp -- the program: one unit of device work, typed SSA with structured control flow
// SPDX-License-Identifier: Apache-2.0
//
// Both the lazy graph and, later, user kernels lower to this form and every backend consumes it. A value is named by
// the index of the instruction that makes it, so numbering follows emission and is the same for every host compiler.
// Mutation exists only in `local` variables, which keeps regions free of block arguments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trireme/dtype.hpp"

namespace trireme::program {

/// Every instruction: the rows of the elementwise table, then those of instructions.def.
enum class Opcode : std::uint8_t {
#define OP(name, arity, rule, expression, doc) name,
#include "trireme/elementwise.def"
#undef OP
#define INSTRUCTION(name, group, operands, doc) name,
#include "program/instructions.def"
#undef INSTRUCTION
};

inline constexpr int kTableOps = 0
#define OP(name, arity, rule, expression, doc) +1
#include "trireme/elementwise.def"
#undef OP
    ;
inline constexpr int kOpcodes = kTableOps
#define INSTRUCTION(name, group, operands, doc) +1
#include "program/instructions.def"
#undef INSTRUCTION
    ;

enum class Rule : std::uint8_t {
  arithmetic,
  analytic,
  transcendental,
  floating,
  elementary,
  power,
  ordered,
  magnitude,
  rounding,
  integral,
  bitwise,
  classify,
  predicate,
  equality,
  comparison,
  logical,
  choice,
  component,
  conjugate,
  pairing
};
enum class Group : std::uint8_t { table, primitive, memory, reduce, control, local, group };

struct OpcodeInfo {
  const char* name;
  Group group;
  int operands;
  Rule rule;        // of table rows
  const char* doc;
};
const OpcodeInfo& info(Opcode op);
inline bool is_table_op(Opcode op) { return static_cast<int>(op) < kTableOps; }

using Value = std::uint16_t;
inline constexpr Value kNoValue = 0xffff;

struct Instruction {
  Opcode op;
  Dtype type;                // of the result; of the stored value for stores
  std::uint16_t parameter = 0;  // for the memory and reduce groups
  Value operand[3] = {kNoValue, kNoValue, kNoValue};
  std::uint64_t literal = 0;    // bits of a constant, a shift count, an axis, an extent
};

enum class Role : std::uint8_t {
  input,
  output,  // complex ones are written by store_pair
  scalar,
  index,   // an i64 without memory: reading it gives the place in memory that its Access leads to
};

struct Parameter {
  Role role;
  Dtype type;
};

enum class Form : std::uint8_t {
  map,           // every position of the domain on its own
  reduce_inner,  // run over trailing axes: 512 lanes (program/reduction_order.hpp)
  reduce_outer,  // run over other axes: 16 lanes
  kernel,        // a user kernel
};

struct Program {
  Form form = Form::map;
  std::vector<Parameter> parameters;
  std::vector<Instruction> body;
};

/// 128 bits over everything that the program's meaning depends on. Stable between processes and host compilers.
struct Hash {
  std::uint64_t low = 0, high = 0;
  friend bool operator==(const Hash&, const Hash&) = default;
};
Hash hash(const Program& program);

/// Throws error(Code::internal) that names the first instruction which breaks a rule of the form: operands defined
/// before use in an enclosing region, operand and result types, parameter roles, regions closed in order, exactly
/// one reduce as the last instruction of a reduction, barriers outside varying control.
void verify(const Program& program);

/// The text form, one instruction a line.
std::string print(const Program& program);

/// Appends instructions; each method returns the value that it defines.
class Builder {
 public:
  explicit Builder(Form form = Form::map) { program_.form = form; }
  std::uint16_t parameter(Role role, Dtype type);
  Value emit(Opcode op, Dtype type, Value a = kNoValue, Value b = kNoValue, Value c = kNoValue,
             std::uint16_t parameter = 0, std::uint64_t literal = 0);
  Value load(std::uint16_t parameter) { return emit(Opcode::load, type_of(parameter), kNoValue, kNoValue, kNoValue, parameter); }
  Value scalar(std::uint16_t parameter) { return emit(Opcode::scalar, type_of(parameter), kNoValue, kNoValue, kNoValue, parameter); }
  void store(std::uint16_t parameter, Value value) { emit(Opcode::store, type_of(parameter), value, kNoValue, kNoValue, parameter); }
  Dtype type(Value value) const { return program_.body[value].type; }
  Program take() { return std::move(program_); }

 private:
  Dtype type_of(std::uint16_t parameter) const { return program_.parameters[parameter].type; }
  Program program_;
};

}  // namespace trireme::program
