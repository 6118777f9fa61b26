// hull/dispatch/source_writer_warps.cpp -- inner reductions of which a warp does a chunk, without shared memory or barrier
// SPDX-License-Identifier: Apache-2.0
//
// The 512 lanes are in registers, 16 a work-item. Of a long run work-item t has lanes 128 j + 4 t + e for j, e < 4: four in a
// row are one vector, the steps 256 and 128 of the tree combine its own registers, 64 to 4 those of work-items 16 to 1
// places on, 2 and 1 its own again. Of short runs, several of which share the lanes, it has lanes 32 k + t.
#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

using program::AccessKind;

namespace {

static_assert(program::kInnerOrder.lanes == 16 * kWarp, "a work-item has 16 lanes");
static_assert(kLeastGroupSize % kWarp == 0);

std::string number(std::int64_t k) { return std::to_string(k); }
std::string lane(int k) { return "lane[" + number(k) + "]"; }

}  // namespace

std::string KernelWriter::shuffled(const std::string& value, const std::string& distance) const {
  return std::string(language_.shuffle_down) + "(" + value + ", " + distance + ")";
}

void KernelWriter::reduce_warps() {
  define("u32", "t", "(u32)" + std::string(language_.local_id) + " % 32");
  define(index_, "warp", "(" + index_ + ")" + std::string(language_.group_id) + " * " + number(plan_.group_size / kWarp) + " + (" +
                             index_ + ")" + std::string(language_.local_id) + " / 32");
  define(index_, "chunk", "warp % " + word(Word::chunks));
  define(index_, "first", "warp / " + word(Word::chunks) + " * " + word(Word::slots));
  line("if (first >= " + word(Word::size) + ") return;");
  line(accumulator_type() + " lane[16];");
  unrolled("k", "16");
  line("lane[k] = " + identity() + ";");
  close();
  open("if (" + word(Word::slots) + " == 1) {");
  long_run();
  line("return;");
  close();
  short_runs();
}

void KernelWriter::long_run() {
  const std::string rows = number(plan_.unroll), held = number(16 * plan_.unroll), each = "(row + k / 16) * 512 + k / 4 % 4 * 128 + 4 * t";
  const int last = layout_.rank - 1;
  kept_offsets("first");
  run_part(number(program::kInnerOrder.chunk).c_str());
  // Where vectors are: in every row of the lanes that is complete, if all operands allow it.
  std::string fits = uses_coordinates(program_, layout_) ? word(Word::rows) + " != 0" : "", misfit;
  for (int p = 0; p < parameters(); ++p) {
    if (!is_memory(p) || is_output(p) || kind(p) == AccessKind::single) continue;
    std::string one = misaligned(p, "b" + number(p), 4);
    if (is_indexed(kind(p))) one = last < 0 ? "1" : "(" + word(Word::stride, p, last) + " == 1 ? " + one + " : 0)";
    misfit += (misfit.empty() ? "" : " | ") + one;
  }
  if (!misfit.empty()) fits += (fits.empty() ? "" : " && ") + std::string("(") + misfit + ") == 0";
  define("i32", "aligned", fits.empty() ? "0" : fits);
  open("for (" + index_ + " row = 0; row * 512 < count; row += " + rows + ") {");
  for (int p = 0; p < parameters(); ++p) {
    if (is_output(p)) continue;
    if (is_memory(p)) declare_words(p, 16 * plan_.unroll);
    if (is_index(p) && is_loaded(p)) line(index_ + " n" + number(p) + "[" + held + "];");
  }
  define("i32", "full", "(row + " + rows + ") * 512 <= count");
  open("if (full && aligned) {");
  out_ += "#pragma unroll\n";
  open("for (u32 k = 0; k < " + held + "; k += 4) {");
  define(index_, "r", "begin + " + each);
  four_at_once();
  close();
  otherwise();
  out_ += "#pragma unroll\n";
  open("for (u32 k = 0; k < " + held + "; k += 4) {");
  define(index_, "e", each);
  open("if (aligned && e + 4 <= count) {");
  define(index_, "r", "begin + e");
  four_at_once();
  otherwise();
  unrolled("m", "4");
  open("if (e + m < count) {");
  define(index_, "r", "begin + e + m");
  run_offsets();
  put_loaded("k + m");
  close();
  close();
  close();
  close();
  close();
  unrolled("k", held);
  open("if (full || " + each + " + k % 4 < count) {");
  for (int p = 0; p < parameters(); ++p)
    buffer_[static_cast<std::size_t>(p)] = {is_memory(p) && !is_output(p) ? get(p, "k") : "", "n" + number(p) + "[k]"};
  accumulate("lane[k % 16]");
  close();
  close();
  close();
  for (const int s : {8, 4})
    for (int k = 0; k < s; ++k) line(lane(k) + " = " + combine(lane(k), lane(k + s)) + ";");
  unrolled("k", "20");
  define("u32", "d", "16 >> k / 4");
  define(accumulator_type(), "other", shuffled("lane[k % 4]", "d"));
  line("lane[k % 4] = " + combine("lane[k % 4]", "other") + ";");
  close();
  for (const auto& [to, from] : {std::pair{0, 2}, {1, 3}, {0, 1}}) line(lane(to) + " = " + combine(lane(to), lane(from)) + ";");
  const int output = program_.body.back().parameter;
  line("if (t == 0) p" + number(output) + "[" + offset(output) + " + first * " + word(Word::chunks) + " + chunk] = lane[0];");
}

// Elements r to r + 3 of the run, of which every operand has a vector or one element.
void KernelWriter::four_at_once() {
  const int last = layout_.rank - 1;
  run_offsets();
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    const bool indexed = is_indexed(kind(p)), single = kind(p) == AccessKind::single;
    const std::string at = "o" + number(p);
    const std::string step = indexed && last >= 0 ? word(Word::stride, p, last) : single || indexed ? "0" : "1";
    if (is_index(p)) {
      unrolled("m", "4");
      line("n" + number(p) + "[k + m] = " + at + " + m * " + step + ";");
      close();
      continue;
    }
    if (indexed) open("if (" + step + " == 1) {");
    if (!single) load_vector(p, at, "k", 4);
    if (indexed) {
      otherwise();
    }
    if (indexed || single) {
      unrolled("m", "4");
      put(p, "k + m", "p" + number(p) + "[" + at + "]");
      close();
    }
    if (indexed) close();
  }
}

void KernelWriter::short_runs() {
  const int output = program_.body.back().parameter;
  define("u32", "width", "512 / (u32)" + raw_word(Word::slots, 0, 0));
  unrolled("k", "16");
  define("u32", "q", "32 * k + t");
  define(index_, "i", "first + q / width");
  define(index_, "r", "q % width");
  open("if (i < " + word(Word::size) + " && r < " + word(Word::run) + ") {");
  kept_offsets("i");
  run_offsets();
  read_by_offsets();
  accumulate("lane[k]");
  close();
  close();
  for (const int s : {4, 2, 1}) {
    open("if (width > " + number(32 * s) + ") {");
    for (int k = 0; k < 16; ++k)
      if (k % (2 * s) < s) line(lane(k) + " = " + combine(lane(k), lane(k + s)) + ";");
    close();
  }
  out_ += "#pragma unroll\n";
  open("for (u32 s = 16; s > 0; s /= 2) {");
  open("if (width > s) {");
  unrolled("k", "16");
  define(accumulator_type(), "other", shuffled("lane[k]", "s"));
  line("lane[k] = " + combine("lane[k]", "other") + ";");
  close();
  close();
  close();
  unrolled("k", "16");
  define("u32", "q", "32 * k + t");
  define(index_, "i", "first + q / width");
  line("if (q % width == 0 && i < " + word(Word::size) + ") p" + number(output) + "[" + offset(output) + " + i] = lane[k];");
  close();
}

}  // namespace trireme::dispatch
