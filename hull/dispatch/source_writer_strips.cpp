// hull/dispatch/source_writer_strips.cpp -- kernels for CPUs: a work-item is a loop that the driver's compiler vectorises
// SPDX-License-Identifier: Apache-2.0
//
// Positions go by segments: as many as follow each other along the last axis, within which every operand has a constant step.
// What is inside a segment is one loop over plain pointers without any condition.
#include <algorithm>

#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"
#include "program/reduction_order.hpp"

namespace trireme::dispatch {

using program::AccessKind;

namespace {

std::string number(std::int64_t k) { return std::to_string(k); }

}  // namespace

// Coordinates of `linear` over the axes [first, last), and `length`: the positions of the segment that starts there.
void KernelWriter::segment(const std::string& linear, const std::string& rest, int first, int last) {
  line("i64 length = " + rest + ";");
  if (!uses_coordinates(program_, layout_) || first == last) return;
  coordinates(linear, first, last);
  const auto bound = [&](const std::string& most) { line("if (" + most + " < length) length = " + most + ";"); };
  bound(word(Word::extent, 0, last - 1) + " - x" + number(last - 1));
  for (int p = 0; p < parameters(); ++p) {
    if (kind(p) != AccessKind::wrapped || !(is_loaded(p) || is_output(p))) continue;
    define("i64", "z" + number(p), word(Word::start, p, last - 1) + " + x" + number(last - 1));
    define("i64", "y" + number(p), "z" + number(p) + " >= " + word(Word::modulus, p, last - 1) + " ? 2 * " +
                                       word(Word::modulus, p, last - 1) + " - z" + number(p) + " : " +
                                       word(Word::modulus, p, last - 1) + " - z" + number(p));
    bound("y" + number(p));
  }
}

// Where the segment starts in every operand: o<p>, and a<p> points to it. `base` is what stands for the axes before `first`
// ("b" and the parameter's number, or nothing), and what contiguous operands add is "i" or "r".
void KernelWriter::segment_pointers(int first, int last, bool outputs, const std::string& base) {
  const std::string space = language_.global.empty() ? "" : std::string(language_.global) + " ";
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p) && !(outputs && is_output(p))) continue;
    std::string place = base.empty() ? offset(p) : base + number(p);
    if (kind(p) == AccessKind::contiguous) place += base.empty() ? " + i" : " + r";
    if (is_indexed(kind(p))) place += axis_terms(p, first, last);
    define("i64", "o" + number(p), place);
    if (is_index(p)) continue;
    line(space + (is_output(p) ? "" : "const ") + memory_type(element_type(p)) + "* const a" + number(p) + " = " +
         pointer(p, "o" + number(p)) + ";");
  }
}

// What is added to the segment's place for its position e.
std::string KernelWriter::along(int p, const std::string& e) const {
  if (kind(p) == AccessKind::contiguous) return e;
  const int last = layout_.rank - 1;
  if (!is_indexed(kind(p)) || last < 0) return "0";
  return e + " * " + word(Word::stride, p, last);
}

void KernelWriter::strips() {
  const bool map = program_.form == program::Form::map;
  line("i64 i = (i64)" + std::string(language_.group_id) + " * " + number(kStrip) + ";");
  define("i64", "end", "i + " + number(kStrip) + " < " + word(Word::size) + " ? i + " + number(kStrip) + " : " + word(Word::size));
  open("while (i < end) {");
  segment("i", "end - i", 0, layout_.rank);
  segment_pointers(0, layout_.rank, map, "");
  open("for (i64 e = 0; e < length; ++e) {");
  for (int p = 0; p < parameters(); ++p)
    buffer_[static_cast<std::size_t>(p)] = {"a" + number(p) + "[" + along(p, "e") + "]", "o" + number(p) + " + " + along(p, "e")};
  position_ = " + e";
  body([&](int p, int part, const std::string& value) {
    const std::string step = map ? along(p, "e") : "";
    const std::string at = map ? (is_pair(p) ? "2 * (" + step + ")" : step) : "";
    if (map) line("a" + number(p) + "[" + at + (part ? " + 1" : "") + "] = " + value + ";");
    else line("p" + number(p) + "[" + offset(p) + " + i + e] = " + value + ";");
  });
  close();
  line("i += length;");
  close();
}

// A work-item has a chunk of a long run, or several short runs. The lanes are an array on its stack, which stays in the
// first-level cache; rows of elements are added to it.
void KernelWriter::reduce_chunks() {
  const std::string lanes = number(program::kInnerOrder.lanes);
  const int output = program_.body.back().parameter;
  line(accumulator_type() + " lane[" + lanes + "];");
  define("i64", "group", "(i64)" + std::string(language_.group_id));
  define("i64", "chunk", "group % " + word(Word::chunks));
  define("i64", "first", "group / " + word(Word::chunks) + " * " + word(Word::slots));
  define("i64", "last", "first + " + word(Word::slots) + " < " + word(Word::size) + " ? first + " + word(Word::slots) + " : " +
                            word(Word::size));
  run_part(number(program::kInnerOrder.chunk).c_str());
  // Lanes at and beyond the run's length hold the identity, so the tree starts below them.
  line("i64 width = 1;");
  line("while (width < count && width < " + lanes + ") width *= 2;");
  open("for (i64 i = first; i < last; ++i) {");
  line("for (i64 l = 0; l < width; ++l) lane[l] = " + identity() + ";");
  kept_offsets("i");
  line("i64 r = begin;");
  open("while (r < begin + count) {");
  define("i64", "at", "(r - begin) % " + lanes);
  define("i64", "rest_of_row", "begin + count - r < " + lanes + " - at ? begin + count - r : " + lanes + " - at");
  segment("r", "rest_of_row", layout_.kept, layout_.rank);
  segment_pointers(layout_.kept, layout_.rank, false, "b");
  open("for (i64 e = 0; e < length; ++e) {");
  const bool runs = layout_.kept < layout_.rank;
  for (int p = 0; p < parameters(); ++p) {
    const std::string step = runs || kind(p) == AccessKind::contiguous ? along(p, "e") : "0";
    buffer_[static_cast<std::size_t>(p)] = {"a" + number(p) + "[" + step + "]", "o" + number(p) + " + " + step};
  }
  accumulate("lane[at + e]");
  close();
  line("r += length;");
  close();
  open("for (i64 s = width / 2; s > 0; s /= 2) {");
  line("for (i64 l = 0; l < s; ++l) lane[l] = " + combine("lane[l]", "lane[l + s]") + ";");
  close();
  line("p" + number(output) + "[" + offset(output) + " + i * " + word(Word::chunks) + " + chunk] = lane[0];");
  close();
}

// A work-item has a chunk of up to kBlock kept positions, which it takes by segments: element after element of the run, each
// over all positions of the segment.
void KernelWriter::reduce_blocks() {
  const std::string lanes = number(program::kOuterOrder.lanes), block = number(kBlock);
  const int output = program_.body.back().parameter;
  line(accumulator_type() + " lane[" + number(program::kOuterOrder.lanes * kBlock) + "];");
  define("i64", "group", "(i64)" + std::string(language_.group_id));
  define("i64", "blocks", "(" + word(Word::size) + " + " + number(kBlock - 1) + ") / " + block);
  define("i64", "chunk", "group / blocks");
  run_part(number(program::kOuterOrder.chunk).c_str());
  line("i64 i = group % blocks * " + block + ";");
  define("i64", "end", "i + " + block + " < " + word(Word::size) + " ? i + " + block + " : " + word(Word::size));
  open("while (i < end) {");
  segment("i", "end - i", 0, layout_.kept);
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    std::string place = offset(p);
    if (kind(p) == AccessKind::contiguous) place += " + i * " + word(Word::run);
    if (is_indexed(kind(p))) place += axis_terms(p, 0, layout_.kept);
    define("i64", "b" + number(p), place);
  }
  line("for (i64 l = 0; l < " + lanes + "; ++l) for (i64 e = 0; e < length; ++e) lane[l * " + block + " + e] = " + identity() + ";");
  open("for (i64 step = 0; step < count; ++step) {");
  define("i64", "r", "begin + step");
  define("i64", "row", "step % " + lanes + " * " + block);
  if (uses_coordinates(program_, layout_)) coordinates("r", layout_.kept, layout_.rank);
  segment_pointers(layout_.kept, layout_.rank, false, "b");
  open("for (i64 e = 0; e < length; ++e) {");
  for (int p = 0; p < parameters(); ++p) {
    std::string step = "0";
    if (kind(p) == AccessKind::contiguous) step = "e * " + word(Word::run);
    if (is_indexed(kind(p)) && layout_.kept > 0) step = "e * " + word(Word::stride, p, layout_.kept - 1);
    buffer_[static_cast<std::size_t>(p)] = {"a" + number(p) + "[" + step + "]", "o" + number(p) + " + " + step};
  }
  accumulate("lane[row + e]");
  close();
  close();
  open("for (i64 s = " + number(program::kOuterOrder.lanes / 2) + "; s > 0; s /= 2) {");
  line("for (i64 l = 0; l < s; ++l) for (i64 e = 0; e < length; ++e) lane[l * " + block + " + e] = " +
       combine("lane[l * " + block + " + e]", "lane[(l + s) * " + block + " + e]") + ";");
  close();
  line("for (i64 e = 0; e < length; ++e) p" + number(output) + "[" + offset(output) + " + chunk * " + word(Word::size) +
       " + i + e] = lane[e];");
  line("i += length;");
  close();
}

}  // namespace trireme::dispatch
