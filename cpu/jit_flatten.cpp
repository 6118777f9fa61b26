// cpu/jit_flatten.cpp -- inlining of rows into one another's instructions, each value once
// SPDX-License-Identifier: Apache-2.0
#include "cpu/jit_flatten.hpp"

#include "program/trace.hpp"
#include "program/work_type.hpp"

namespace trireme::cpu {

using program::Group;
using program::Instruction;
using program::kNoValue;
using program::Opcode;
using program::Program;
using program::Role;
using program::Value;

namespace {

// A program's code is to stay in the first-level instruction cache, and compiling it in the order of what it saves.
constexpr std::size_t kMostInstructions = 1500;

bool has_effect(Opcode op) { return op == Opcode::store || op == Opcode::store_pair || program::info(op).group == Group::reduce; }

std::size_t hashed(const Instruction& i) {
  std::uint64_t h = static_cast<std::uint64_t>(i.op) << 8 | static_cast<std::uint64_t>(i.type);
  for (std::uint64_t word : {std::uint64_t{i.operand[0]}, std::uint64_t{i.operand[1]}, std::uint64_t{i.operand[2]}, std::uint64_t{i.parameter}, i.literal})
    h = (h ^ word) * 0x9e3779b97f4a7c15u, h ^= h >> 29;
  return static_cast<std::size_t>(h);
}

bool same(const Instruction& x, const Instruction& y) {
  return x.op == y.op && x.type == y.type && x.parameter == y.parameter && x.literal == y.literal &&
         x.operand[0] == y.operand[0] && x.operand[1] == y.operand[1] && x.operand[2] == y.operand[2];
}

}  // namespace

Value Flattener::refuse(const std::string& why) {
  if (refusal_.empty()) refusal_ = why;
  return 0;
}

Value Flattener::emit(Opcode op, Dtype type, Value a, Value b, Value c, std::uint16_t parameter, std::uint64_t literal) {
  Instruction i{op, type, parameter, {a, b, c}, literal};
  std::vector<Instruction>& body = program_.body;
  if (body.size() >= kMostInstructions) return refuse("the program is too long to be worth compiling");
  if (!has_effect(op)) {
    if (table_.size() < 2 * (body.size() + 1)) {
      table_.assign(std::max<std::size_t>(64, 4 * table_.size()), kNoValue);
      for (std::size_t k = 0; k < body.size(); ++k) {
        std::size_t at = hashed(body[k]);
        while (table_[at % table_.size()] != kNoValue) ++at;
        table_[at % table_.size()] = static_cast<Value>(k);
      }
    }
    std::size_t at = hashed(i);
    for (; table_[at % table_.size()] != kNoValue; ++at)
      if (Value v = table_[at % table_.size()]; same(body[v], i)) return v;
    table_[at % table_.size()] = static_cast<Value>(body.size());
  }
  body.push_back(i);
  return static_cast<Value>(body.size() - 1);
}

void Flattener::append(const Program& source) { append_body(source, false); }
void Flattener::append_accumulating(const Program& source) { append_body(source, true); }

void Flattener::append_body(const Program& source, bool accumulating) {
  program_.parameters = source.parameters;
  std::vector<Value> values(source.body.size(), kNoValue);
  for (std::size_t k = 0; k < source.body.size() && refusal_.empty(); ++k) {
    const Instruction& i = source.body[k];
    Value operand[3] = {kNoValue, kNoValue, kNoValue};
    for (int n = 0; n < 3; ++n)
      if (i.operand[n] != kNoValue) operand[n] = values[i.operand[n]];
    if (accumulating && program::info(i.op).group == Group::reduce) {
      auto lanes = static_cast<std::uint16_t>(program_.parameters.size());
      program_.parameters.push_back({Role::output, i.type});
      Value both[2] = {emit(Opcode::load, i.type, kNoValue, kNoValue, kNoValue, lanes), operand[0]};
      Opcode op = i.op == Opcode::reduce_multiply ? Opcode::multiply : i.op == Opcode::reduce_minimum ? Opcode::minimum
                  : i.op == Opcode::reduce_maximum ? Opcode::maximum : Opcode::add;
      emit(Opcode::store, i.type, row(op, i.type, both, 2), kNoValue, kNoValue, lanes);
      continue;
    }
    values[k] = lower(i, operand, i.op == Opcode::cast ? source.body[i.operand[0]].type : i.type);
  }
}

void Flattener::append_row(Opcode op, Dtype type) {
  program_.parameters = {{Role::input, type}, {Role::input, type}, {Role::output, type}};
  Value both[2];
  for (std::uint16_t p = 0; p < 2; ++p) both[p] = emit(Opcode::load, type, kNoValue, kNoValue, kNoValue, p);
  emit(Opcode::reduce_add, type, row(op, type, both, 2), kNoValue, kNoValue, 2);
}

Value Flattener::lower(const Instruction& i, const Value* operand, Dtype from) {
  switch (i.op) {
    case Opcode::constant:
    case Opcode::scalar:
    case Opcode::load:
      return emit(i.op, i.type, kNoValue, kNoValue, kNoValue, i.parameter, i.literal);
    case Opcode::store:
    case Opcode::store_pair:
    case Opcode::reduce_add:
    case Opcode::reduce_multiply:
    case Opcode::reduce_minimum:
    case Opcode::reduce_maximum:
      return emit(i.op, i.type, operand[0], operand[1], kNoValue, i.parameter);
    case Opcode::as_int:
    case Opcode::as_float:
      return reinterpreted(operand[0], i.type);
    case Opcode::cast:
      return cast(operand[0], from, i.type);
    case Opcode::shift_left:
    case Opcode::shift_right:
    case Opcode::shift_right_logical:
      return emit(i.op, i.type, operand[0], kNoValue, kNoValue, 0, i.literal);
    default:
      return row(i.op, i.type, operand, program::info(i.op).operands);
  }
}

Value Flattener::row(Opcode op, Dtype result, const Value* operand, int count) {
  const Value a = operand[0], b = count > 1 ? operand[1] : kNoValue, c = count > 2 ? operand[2] : kNoValue;
  const Dtype of = type(operand[count - 1]);
  const bool booleans = of == Dtype::boolean;
  switch (op) {
    case Opcode::add:
    case Opcode::subtract:
    case Opcode::multiply:
    case Opcode::divide:
    case Opcode::negative:
    case Opcode::sqrt:
    case Opcode::fma:
    case Opcode::where:
    case Opcode::logical_and:
    case Opcode::logical_or:
    case Opcode::logical_xor:
    case Opcode::logical_not:
    case Opcode::bit_and:
    case Opcode::bit_or:
    case Opcode::bit_xor:
    case Opcode::bit_not:
    case Opcode::shift_left_by:
    case Opcode::shift_right_by:
    case Opcode::to_int:
    case Opcode::to_float:
      return emit(op, result, a, b, c);
    case Opcode::square:
      return emit(Opcode::multiply, result, a, a);
    case Opcode::equal:
      return booleans ? emit(Opcode::logical_not, result, emit(Opcode::logical_xor, result, a, b)) : emit(op, result, a, b);
    case Opcode::not_equal:
      return emit(booleans ? Opcode::logical_xor : op, result, a, b);
    case Opcode::less:
      return booleans ? emit(Opcode::logical_and, result, emit(Opcode::logical_not, result, a), b) : emit(op, result, a, b);
    case Opcode::less_equal:
      return booleans ? emit(Opcode::logical_or, result, emit(Opcode::logical_not, result, a), b) : emit(op, result, a, b);
    case Opcode::quotient:
      return quotient(a, b);
    case Opcode::greater:
    case Opcode::greater_equal: {
      const Value swapped[2] = {b, a};
      return row(op == Opcode::greater ? Opcode::less : Opcode::less_equal, result, swapped, 2);
    }
    default:
      break;
  }
  if (!program::is_table_op(op)) return refuse(std::string("it has no code for ") + program::info(op).name);
  if (!program::takes(op, of)) return refuse(std::string("it has no code for ") + program::info(op).name + " of this dtype");
  return inlined(program::expand(op, of), {operand, static_cast<std::size_t>(count)});
}

Value Flattener::inlined(const Program& function, std::span<const Value> operands) {
  std::vector<Value> values(function.body.size(), kNoValue);
  for (std::size_t k = 0; k < function.body.size() && refusal_.empty(); ++k) {
    const Instruction& i = function.body[k];
    if (i.op == Opcode::scalar) {
      values[k] = operands[i.parameter];
      continue;
    }
    if (i.op == Opcode::store) return values[i.operand[0]];
    Value operand[3] = {kNoValue, kNoValue, kNoValue};
    for (int n = 0; n < 3; ++n)
      if (i.operand[n] != kNoValue) operand[n] = values[i.operand[n]];
    values[k] = lower(i, operand, i.op == Opcode::cast ? function.body[i.operand[0]].type : i.type);
  }
  return refuse("a row's expression has no result");
}

}  // namespace trireme::cpu
