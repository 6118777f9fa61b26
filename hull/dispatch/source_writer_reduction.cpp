// hull/dispatch/source_writer_reduction.cpp -- kernels that reduce, in the order of program/reduction_order.hpp
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_kernel.hpp"

#include <bit>
#include <limits>

#include "dispatch/source_writer_spelling.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

using program::Opcode;

namespace {

static_assert(program::kInnerOrder.lanes % kGroupSize == 0, "the work-items of an inner reduction have whole numbers of lanes");
static_assert(program::kOuterOrder.lanes >= kGroupSize / kColumns && kLeastGroupSize >= kColumns);

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

// The part of the run of kept position i that `chunk` elements of the order make: count elements from begin on.
void KernelWriter::run_part(const char* chunk) {
  define(index_, "begin", std::string("chunk * ") + chunk);
  define(index_, "rest", word(Word::run) + " - begin");
  define(index_, "count", std::string("rest < ") + chunk + " ? rest : " + chunk);
}

void KernelWriter::reduce_tree() {
  const int per_item = static_cast<int>(program::kInnerOrder.lanes) / plan_.group_size;
  const std::string lanes = number(program::kInnerOrder.lanes), chunk = number(program::kInnerOrder.chunk);
  const std::string output = number(program_.body.back().parameter), group = number(plan_.group_size);
  const auto each_lane = [&] {
    open("for (u32 k = 0; k < " + number(per_item) + "; ++k) {");
    define("u32", "q", "t + k * " + group);
  };
  line(std::string(language_.shared) + " " + accumulator_type() + " lanes[" + lanes + "];");
  define("u32", "t", "(u32)" + std::string(language_.local_id));
  define(index_, "group", "(" + index_ + ")" + std::string(language_.group_id));
  define(index_, "chunk", "group % " + word(Word::chunks));
  define(index_, "first", "group / " + word(Word::chunks) + " * " + word(Word::slots));
  // Short runs share the group: each kept position gets `width` of the lanes, a power of two not below its run.
  define("u32", "width", lanes + " / (u32)" + raw_word(Word::slots, 0, 0));
  each_lane();
  define("u32", "lane", "q % width");
  define(index_, "i", "first + q / width");
  line(accumulator_type() + " accumulator = " + identity() + ";");
  open("if (i < " + word(Word::size) + ") {");
  kept_offsets("i");
  run_part(chunk.c_str());
  open("for (" + index_ + " e = lane; e < count; e += " + lanes + ") {");
  define(index_, "r", "begin + e");
  run_offsets();
  read_by_offsets();
  accumulate("accumulator");
  close();
  close();
  line("lanes[q] = accumulator;");
  close();
  open("for (u32 s = width / 2; s > 0; s /= 2) {");
  line(std::string(language_.barrier));
  each_lane();
  line("if (q % width < s) lanes[q] = " + combine("lanes[q]", "lanes[q + s]") + ";");
  close();
  close();
  each_lane();
  define(index_, "i", "first + q / width");
  line("if (q % width == 0 && i < " + word(Word::size) + ") p" + output + "[" + offset(program_.body.back().parameter) +
       " + i * " + word(Word::chunks) + " + chunk] = lanes[q];");
  close();
}

// A work-item has lanes `row`, `row` + rows, ... of one column, so that 32 neighbours read neighbouring kept positions, and
// the first steps of the tree are its own.
void KernelWriter::reduce_columns() {
  const int rows = plan_.group_size / kColumns, lanes = static_cast<int>(program::kOuterOrder.lanes), own = lanes / rows;
  const std::string type = accumulator_type(), chunk = number(program::kOuterOrder.chunk), columns = number(kColumns);
  const int output = program_.body.back().parameter;
  line(std::string(language_.shared) + " " + type + " lanes[" + number(plan_.group_size) + "];");
  define("u32", "t", "(u32)" + std::string(language_.local_id));
  define("u32", "row", "t / " + columns);
  define(index_, "group", "(" + index_ + ")" + std::string(language_.group_id));
  define(index_, "blocks", "(" + word(Word::size) + " + " + number(kColumns - 1) + ") / " + columns);
  define(index_, "chunk", "group / blocks");
  define(index_, "i", "group % blocks * " + columns + " + t % " + columns);
  line(type + " lane[" + number(own) + "];");
  unrolled("a", number(own));
  line("lane[a] = " + identity() + ";");
  close();
  open("if (i < " + word(Word::size) + ") {");
  kept_offsets("i");
  run_part(chunk.c_str());
  read_by_offsets();
  line(index_ + " done = 0;");
  const auto step = [&](const std::string& e, bool checked) {
    unrolled("a", number(own));
    define(index_, "e", e + " + a * " + number(rows) + " + row");
    if (checked) open("if (e < count) {");
    define(index_, "r", "begin + e");
    run_offsets();
    accumulate("lane[a]");
    if (checked) close();
    close();
  };
  if (plan_.unroll > 1) {
    const std::string at_once = number(plan_.unroll * lanes);
    open("for (; done + " + at_once + " <= count; done += " + at_once + ") {");
    unrolled("u", number(plan_.unroll));
    step("done + u * " + number(lanes), false);
    close();
    close();
  }
  open("for (; done < count; done += " + number(lanes) + ") {");
  step("done", true);
  close();
  close();
  for (int s = own / 2; s > 0; s /= 2)
    for (int a = 0; a < s; ++a)
      line("lane[" + number(a) + "] = " + combine("lane[" + number(a) + "]", "lane[" + number(a + s) + "]") + ";");
  line("lanes[t] = lane[0];");
  open("for (u32 s = " + number(rows / 2) + "; s > 0; s /= 2) {");
  line(std::string(language_.barrier));
  line("if (row < s) lanes[t] = " + combine("lanes[t]", "lanes[t + s * " + columns + "]") + ";");
  close();
  line("if (row == 0 && i < " + word(Word::size) + ") p" + number(output) + "[" + offset(output) + " + chunk * " +
       word(Word::size) + " + i] = lanes[t];");
}

}  // namespace trireme::dispatch
