// hull/dispatch/source_writer_map.cpp -- kernels over positions: one a work-item, or several by 16 bytes of each operand
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"

namespace trireme::dispatch {

using program::AccessKind;

namespace {

std::string number(int k) { return std::to_string(k); }

}  // namespace

void KernelWriter::elements() {
  define(index_, "i", "(" + index_ + ")" + std::string(language_.group_id) + " * " + number(plan_.group_size) + " + (" + index_ +
                          ")" + std::string(language_.local_id));
  line("if (i >= " + word(Word::size) + ") return;");
  const bool map = program_.form == program::Form::map;
  map_offsets("i", true, map);
  read_by_offsets();
  body([&](int p, int part, const std::string& value) {
    const std::string at = map ? "o" + number(p) : "(" + offset(p) + " + i)";
    line("p" + number(p) + "[" + (is_pair(p) ? "2 * " : "") + at + (part ? " + 1" : "") + "] = " + value + ";");
  });
}

// A group takes consecutive positions. Where all of them exist and every operand is aligned, a work-item has whole vectors
// of them; else positions that lie a group apart, so that neighbours still read neighbours.
void KernelWriter::tiles() {
  const int positions = plan_.vector * plan_.unroll, all = plan_.positions();
  define("u32", "t", "(u32)" + std::string(language_.local_id));
  define(index_, "base", "(" + index_ + ")" + std::string(language_.group_id) + " * " + number(all));
  std::string condition = "base + " + number(all) + " <= " + word(Word::size);
  if (uses_coordinates(program_, layout_)) condition += " && " + word(Word::rows) + " != 0";
  std::string misfit;
  for (int p = 0; p < parameters(); ++p) {
    if (!is_memory(p) || kind(p) == AccessKind::single) continue;
    std::string one = misaligned(p, offset(p), plan_.vector);
    if (is_indexed(kind(p)))
      one = layout_.rank == 0 ? "1" : "(" + word(Word::stride, p, layout_.rank - 1) + " == 1 ? " + one + " : 0)";
    misfit += (misfit.empty() ? "" : " | ") + one;
  }
  if (!misfit.empty()) condition += " && (" + misfit + ") == 0";
  for (int p = 0; p < parameters(); ++p) {
    if (is_memory(p)) declare_words(p, positions);
    if (is_index(p) && is_loaded(p)) line(index_ + " n" + number(p) + "[" + number(positions) + "];");
  }
  define("i32", "vectors", condition);
  tile_loads("vectors");
  unrolled("k", number(positions));
  for (int p = 0; p < parameters(); ++p) buffer_[static_cast<std::size_t>(p)] = {is_memory(p) ? get(p, "k") : "", "n" + number(p) + "[k]"};
  body([&](int p, int part, const std::string& value) {
    put(p, is_pair(p) ? "2 * k" + std::string(part ? " + 1" : "") : "k", value);
  });
  close();
  tile_stores();
}

void KernelWriter::tile_loads(const std::string& vector_condition) {
  const std::string vector = number(plan_.vector), size = number(plan_.group_size);
  bool any = false;
  for (int p = 0; p < parameters(); ++p) any |= is_loaded(p);
  if (!any) return;
  open("if (" + vector_condition + ") {");
  unrolled("j", number(plan_.unroll));
  define(index_, "i", "base + (j * " + size + " + t) * " + vector);
  map_offsets("i", true, false);
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    const std::string at = "o" + number(p), first = "j * " + vector;
    const bool indexed = is_indexed(kind(p)), single = kind(p) == AccessKind::single;
    const std::string step = indexed && layout_.rank > 0 ? word(Word::stride, p, layout_.rank - 1) : single || indexed ? "0" : "1";
    if (is_index(p)) {
      unrolled("e", vector);
      line("n" + number(p) + "[" + first + " + e] = " + at + " + e * " + step + ";");
      close();
      continue;
    }
    if (indexed) open("if (" + step + " == 1) {");
    if (!single) load_vector(p, at, first, plan_.vector);
    if (indexed) {
      otherwise();
    }
    if (indexed || single) {
      unrolled("e", vector);
      put(p, first + " + e", "p" + number(p) + "[" + at + "]");
      close();
    }
    if (indexed) close();
  }
  close();
  otherwise();
  unrolled("k", number(plan_.vector * plan_.unroll));
  define(index_, "i", "base + k * " + size + " + t");
  open("if (i < " + word(Word::size) + ") {");
  map_offsets("i", true, false);
  put_loaded("k");
  close();
  close();
  close();
}

void KernelWriter::tile_stores() {
  const std::string vector = number(plan_.vector), size = number(plan_.group_size);
  open("if (vectors) {");
  unrolled("j", number(plan_.unroll));
  define(index_, "i", "base + (j * " + size + " + t) * " + vector);
  map_offsets("i", false, true);
  for (int p = 0; p < parameters(); ++p)
    if (is_output(p)) store_vector(p, "o" + number(p), "j * " + vector, plan_.vector);
  close();
  otherwise();
  unrolled("k", number(plan_.vector * plan_.unroll));
  define(index_, "i", "base + k * " + size + " + t");
  open("if (i < " + word(Word::size) + ") {");
  map_offsets("i", false, true);
  for (int p = 0; p < parameters(); ++p) {
    if (!is_output(p)) continue;
    const std::string at = "p" + number(p) + "[" + (is_pair(p) ? "2 * " : "") + "o" + number(p);
    line(at + "] = " + get(p, is_pair(p) ? "2 * k" : "k") + ";");
    if (is_pair(p)) line(at + " + 1] = " + get(p, "2 * k + 1") + ";");
  }
  close();
  close();
  close();
}

}  // namespace trireme::dispatch
