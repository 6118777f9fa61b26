// hull/dispatch/source_writer_turned.cpp -- maps with operands that lie along another axis than the last one
// SPDX-License-Identifier: Apache-2.0
//
// Along the last axis, which is the results', such an operand has neighbours in lines of memory of their own. So what is
// computed at a time is a part of two axes, the last one and that along which the operand lies (`across`). Its elements are
// read along the latter into s<p>[], whole lines at a time, and from there along the former. Only where elements pass by
// differs from the other strategies.
#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"

namespace trireme::dispatch {

namespace {

std::string number(int k) { return std::to_string(k); }
std::string staged_name(int p) { return "s" + number(p); }

}  // namespace

// Where the group's part begins: `right` on the last axis, `down` on the one across, x<axis> on the others. Groups are fewer
// than 2^32, so no product of axes but the last ones can exceed 32 bits.
void KernelWriter::place(const std::string& columns, const std::string& rows) {
  const int last = layout_.rank - 1, across = layout_.across;
  const auto take = [&](const std::string& name, const std::string& count, const std::string& times) {
    define(index_, name, "(" + index_ + ")(rest % (u32)(" + count + "))" + times);
    line("rest /= (u32)(" + count + ");");
  };
  const auto parts = [&](int axis, const std::string& each) {
    return "(" + raw_word(Word::extent, 0, axis) + " + " + each + " - 1) / " + each;
  };
  line("u32 rest = (u32)" + std::string(language_.group_id) + ";");
  if (plan_.strategy == Strategy::bands) take("down", parts(across, rows), " * " + rows);
  take("right", parts(last, columns), " * " + columns);
  if (plan_.strategy == Strategy::squares) take("down", parts(across, rows), " * " + rows);
  for (int axis = last - 1; axis >= 0; --axis)
    if (axis != across) take("x" + number(axis), raw_word(Word::extent, 0, axis), "");
}

// The number of the position with coordinates x<axis>.
std::string KernelWriter::linear() const {
  std::string sum = "x0";
  for (int axis = 1; axis < layout_.rank; ++axis)
    sum = "(" + sum + ") * " + word(Word::extent, 0, axis) + " + x" + number(axis);
  return sum;
}

// Neighbours in the group read neighbours of the operand; after the barrier they compute and write neighbours of the results.
// One more column than the square has, so that neither meets the same bank of the memory.
void KernelWriter::squares() {
  const int across = layout_.across, last = layout_.rank - 1;
  const std::string side = number(kSide), rows = number(plan_.rows), pitch = number(kSide + 1);
  for (int p = 0; p < parameters(); ++p)
    if (is_staged(p))
      line(std::string(language_.shared) + " " + memory_type(element_type(p)) + " " + staged_name(p) + "[" +
           number(kSide * (kSide + 1)) + "];");
  define("u32", "t", "(u32)" + std::string(language_.local_id));
  define("u32", "column", "t % " + side);
  place(side, side);
  const auto each = [&](int along, int other) {
    if (plan_.unroll > 1) out_ += "#pragma unroll\n";
    open("for (u32 k = 0; k < " + side + "; k += " + rows + ") {");
    define("u32", "row", "t / " + side + " + k");
    const auto coordinate = [&](int axis, const std::string& step) {
      define(index_, "x" + number(axis), (axis == last ? "right + " : "down + ") + step);
    };
    coordinate(along, "column");
    coordinate(other, "row");
    open("if (x" + number(along) + " < " + word(Word::extent, 0, along) + " && x" + number(other) + " < " +
         word(Word::extent, 0, other) + ") {");
  };
  each(across, last);
  offsets_of("", [&](int p) { return is_staged(p); });
  for (int p = 0; p < parameters(); ++p)
    if (is_staged(p))
      line(staged_name(p) + "[row * " + pitch + " + column] = p" + number(p) + "[o" + number(p) + "];");
  close();
  close();
  line(std::string(language_.barrier));
  each(last, across);
  define(index_, "i", linear());
  offsets_of("i", [&](int p) { return (is_loaded(p) && !is_staged(p)) || is_output(p); });
  read_by_offsets();
  for (int p = 0; p < parameters(); ++p)
    if (is_staged(p)) buffer_[static_cast<std::size_t>(p)].element = staged_name(p) + "[column * " + pitch + " + row]";
  body([&](int p, int part, const std::string& value) {
    line("p" + number(p) + "[" + (is_pair(p) ? "2 * " : "") + "o" + number(p) + (part ? " + 1" : "") + "] = " + value + ";");
  });
  close();
  close();
}

// The elements of the band, from o<p> on, into s<p>[]: 4 x 4 at a time where they are next to each other.
void KernelWriter::stage_band(int p) {
  const std::string name = staged_name(p), parameter = "p" + number(p), start = "o" + number(p), band = number(kBand);
  const std::string step = word(Word::stride, p, layout_.rank - 1), down = word(Word::stride, p, layout_.across);
  const std::string done = "e" + number(p);
  line("i64 " + done + " = 0;");
  line("if (" + down + " == 1 && height == " + number(plan_.rows) + ")");
  ++depth_;
  line("for (; " + done + " + 4 <= length; " + done + " += 4)");
  ++depth_;
  line("for (i64 d = 0; d < " + number(plan_.rows) + "; d += 4)");
  ++depth_;
  line("turn_4x4(" + memory_type(element_type(p)) + ", " + parameter + " + (" + start + " + " + done + " * " + step + " + d), " +
       step + ", " + name + " + (d * " + band + " + " + done + "), " + band + ");");
  depth_ -= 3;
  line("for (i64 e = " + done + "; e < length; ++e)");
  ++depth_;
  line("for (i64 d = 0; d < height; ++d) " + name + "[d * " + band + " + e] = " + parameter + "[" + start + " + e * " + step +
       " + d * " + down + "];");
  --depth_;
}

// A work-item has kBand positions of some rows. It reads the lines of the operand one after the other; the loops over what
// is staged are those of a strip.
void KernelWriter::bands() {
  const int across = layout_.across, last = layout_.rank - 1;
  const std::string rows = number(plan_.rows), band = number(kBand), x_last = "x" + number(last), x_across = "x" + number(across);
  const auto rest_of = [&](int axis, const std::string& from, const std::string& most) {
    const std::string rest = word(Word::extent, 0, axis) + " - " + from;
    return rest + " < " + most + " ? " + rest + " : " + most;
  };
  for (int p = 0; p < parameters(); ++p)
    if (is_staged(p))
      line(memory_type(element_type(p)) + " " + staged_name(p) + "[" + number(plan_.rows * kBand) + "];");
  place(band, rows);
  define("i64", "length", rest_of(last, "right", band));
  define("i64", "height", rest_of(across, "down", rows));
  define("i64", x_last, "right");
  open("{");
  define("i64", x_across, "down");
  offsets_of("", [&](int p) { return is_staged(p); });
  for (int p = 0; p < parameters(); ++p) {
    if (!is_staged(p)) continue;
    stage_band(p);
  }
  close();
  open("for (i64 d = 0; d < height; ++d) {");
  define("i64", x_across, "down + d");
  define("i64", "i", linear());
  segment_pointers(0, layout_.rank, true, "");
  open("for (i64 e = 0; e < length; ++e) {");
  for (int p = 0; p < parameters(); ++p)
    buffer_[static_cast<std::size_t>(p)] = {is_staged(p) ? staged_name(p) + "[d * " + band + " + e]"
                                                         : "a" + number(p) + "[" + along(p, "e") + "]",
                                            "o" + number(p) + " + " + along(p, "e")};
  position_ = " + e";
  body([&](int p, int part, const std::string& value) {
    const std::string step = along(p, "e"), at = is_pair(p) ? "2 * (" + step + ")" : step;
    line("a" + number(p) + "[" + at + (part ? " + 1" : "") + "] = " + value + ";");
  });
  close();
  close();
}

}  // namespace trireme::dispatch
