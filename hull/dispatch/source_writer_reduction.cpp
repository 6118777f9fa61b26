// hull/dispatch/source_writer_reduction.cpp -- kernels that reduce, in the order of program/reduction_order.hpp
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_kernel.hpp"

#include <bit>
#include <limits>

#include "dispatch/source_writer_spelling.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

using program::AccessKind;
using program::Opcode;

namespace {

static_assert(program::kInnerOrder.lanes == 2 * kGroupSize, "each work-item of an inner reduction owns two lanes");
static_assert(kGroupSize % program::kOuterOrder.lanes == 0);
constexpr int kColumns = kGroupSize / static_cast<int>(program::kOuterOrder.lanes);

std::string number(std::int64_t k) { return std::to_string(k); }

Opcode row_of(Opcode reduce) {
  if (reduce == Opcode::reduce_minimum) return Opcode::minimum;
  if (reduce == Opcode::reduce_multiply) return Opcode::multiply;
  return reduce == Opcode::reduce_maximum ? Opcode::maximum : Opcode::add;
}

// The bits of what changes no value: +0, 1, or the extreme that every value beats or equals.
std::uint64_t identity_bits(Opcode reduce, Dtype type) {
  if (reduce == Opcode::reduce_add) return 0;
  if (reduce == Opcode::reduce_multiply)
    return type == Dtype::f32 ? std::bit_cast<std::uint32_t>(1.0f) : type == Dtype::f64 ? std::bit_cast<std::uint64_t>(1.0) : 1;
  const bool lowest = reduce == Opcode::reduce_maximum;
  switch (type) {
    case Dtype::i32:
      return static_cast<std::uint32_t>(lowest ? INT32_MIN : INT32_MAX);
    case Dtype::i64:
      return static_cast<std::uint64_t>(lowest ? INT64_MIN : INT64_MAX);
    case Dtype::f32:
      return lowest ? 0xff800000u : 0x7f800000u;
    case Dtype::f64:
      return lowest ? 0xfff0000000000000u : 0x7ff0000000000000u;
    case Dtype::u32:
      return lowest ? 0 : UINT32_MAX;
    case Dtype::u64:
      return lowest ? 0 : UINT64_MAX;
    default:  // not accumulated in
      break;
  }
  return 0;
}

}  // namespace

std::string KernelWriter::identity() const {
  const program::Instruction& reduce = program_.body.back();
  return spell_constant(reduce.type, identity_bits(reduce.op, reduce.type));
}

std::string KernelWriter::combine(const std::string& a, const std::string& b) const {
  const program::Instruction& reduce = program_.body.back();
  return spell_row(row_of(reduce.op), reduce.type, a, b);
}

// Once per kept position: the part of every offset that does not change along the run.
void KernelWriter::kept_offsets(const char* position) {
  if (uses_coordinates(program_, layout_)) coordinates(position, 0, layout_.kept);
  for (std::size_t p = 0; p < loaded_.size(); ++p) {
    if (!loaded_[p]) continue;
    const int k = static_cast<int>(p);
    std::string place = offset(k);
    if (layout_.access[p] == AccessKind::contiguous) place += std::string(" + ") + position + " * " + word(Word::run);
    if (is_indexed(layout_.access[p])) place += axis_terms(k, 0, layout_.kept);
    line("const " + index_ + " b" + number(k) + " = " + place + ";");
  }
}

// Once per element r of the run.
void KernelWriter::run_offsets() {
  if (uses_coordinates(program_, layout_)) coordinates("r", layout_.kept, layout_.rank);
  for (std::size_t p = 0; p < loaded_.size(); ++p) {
    if (!loaded_[p]) continue;
    const int k = static_cast<int>(p);
    std::string place = "b" + number(k);
    if (layout_.access[p] == AccessKind::contiguous) place += " + r";
    if (is_indexed(layout_.access[p])) place += axis_terms(k, layout_.kept, layout_.rank);
    line("const " + index_ + " o" + number(k) + " = " + place + ";");
  }
}

// One lane of one chunk of the run of kept position i: accumulator takes the elements lane, lane + lanes, ...
void KernelWriter::run_loop(const char* lane, const char* lanes, const char* chunk) {
  line(register_type(program_.body.back().type) + " accumulator = " + identity() + ";");
  open("if (i < " + word(Word::size) + ") {");
  kept_offsets("i");
  line("const " + index_ + " begin = chunk * " + chunk + ";");
  line("const " + index_ + " rest = " + word(Word::run) + " - begin;");
  line("const " + index_ + " count = rest < " + chunk + " ? rest : " + chunk + ";");
  open("for (" + index_ + " e = " + lane + "; e < count; e += " + lanes + ") {");
  line("const " + index_ + " r = begin + e;");
  run_offsets();
  body();
  close();
  close();
}

void KernelWriter::reduce_inner() {
  const std::string type = register_type(program_.body.back().type);
  const std::string lanes = number(program::kInnerOrder.lanes), chunk = number(program::kInnerOrder.chunk);
  const int output = program_.body.back().parameter;
  line(std::string(language_.shared) + " " + type + " lanes[" + lanes + "];");
  line("const u32 t = (u32)" + std::string(language_.local_id) + ";");
  line("const " + index_ + " group = (" + index_ + ")" + std::string(language_.group_id) + ";");
  line("const " + index_ + " chunk = group % " + word(Word::chunks) + ";");
  line("const " + index_ + " first = group / " + word(Word::chunks) + " * " + word(Word::slots) + ";");
  // Short runs share the group: each kept position gets `width` of the lanes, a power of two not below its run.
  line("const u32 width = " + lanes + " / (u32)" + raw_word(Word::slots, 0, 0) + ";");
  open("for (u32 k = 0; k < 2; ++k) {");
  line("const u32 q = t + k * " + number(kGroupSize) + ";");
  line("const u32 lane = q % width;");
  line("const " + index_ + " i = first + q / width;");
  run_loop("lane", lanes.c_str(), chunk.c_str());
  line("lanes[q] = accumulator;");
  close();
  open("for (u32 s = width / 2; s > 0; s /= 2) {");
  line(std::string(language_.barrier));
  open("for (u32 k = 0; k < 2; ++k) {");
  line("const u32 q = t + k * " + number(kGroupSize) + ";");
  line("if (q % width < s) lanes[q] = " + combine("lanes[q]", "lanes[q + s]") + ";");
  close();
  close();
  open("for (u32 k = 0; k < 2; ++k) {");
  line("const u32 q = t + k * " + number(kGroupSize) + ";");
  line("const " + index_ + " i = first + q / width;");
  line("if (q % width == 0 && i < " + word(Word::size) + ") p" + number(output) + "[" + offset(output) + " + i * " +
       word(Word::chunks) + " + chunk] = lanes[q];");
  close();
}

void KernelWriter::reduce_outer() {
  const std::string type = register_type(program_.body.back().type);
  const std::string lanes = number(program::kOuterOrder.lanes), chunk = number(program::kOuterOrder.chunk);
  const std::string columns = number(kColumns);
  const int output = program_.body.back().parameter;
  line(std::string(language_.shared) + " " + type + " lanes[" + number(kGroupSize) + "];");
  line("const u32 t = (u32)" + std::string(language_.local_id) + ";");
  line("const u32 lane = t / " + columns + ";");
  line("const " + index_ + " group = (" + index_ + ")" + std::string(language_.group_id) + ";");
  // Neighbouring work-items take neighbouring kept positions, which are usually neighbours in memory.
  line("const " + index_ + " blocks = (" + word(Word::size) + " + " + number(kColumns - 1) + ") / " + columns + ";");
  line("const " + index_ + " chunk = group / blocks;");
  line("const " + index_ + " i = group % blocks * " + columns + " + t % " + columns + ";");
  run_loop("lane", lanes.c_str(), chunk.c_str());
  line("lanes[t] = accumulator;");
  open("for (u32 s = " + number(program::kOuterOrder.lanes / 2) + "; s > 0; s /= 2) {");
  line(std::string(language_.barrier));
  line("if (lane < s) lanes[t] = " + combine("lanes[t]", "lanes[t + s * " + columns + "]") + ";");
  close();
  line("if (lane == 0 && i < " + word(Word::size) + ") p" + number(output) + "[" + offset(output) + " + chunk * " +
       word(Word::size) + " + i] = lanes[t];");
}

}  // namespace trireme::dispatch
