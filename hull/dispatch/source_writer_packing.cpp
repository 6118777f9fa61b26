// hull/dispatch/source_writer_packing.cpp -- elements of every size as 32-bit words, which 16-byte accesses move
// SPDX-License-Identifier: Apache-2.0
//
// What a work-item holds of a parameter is w<p>[], u32 words in the order of memory. So one text loads four f32 or sixteen
// bools at a time, and the compiler sees registers.
#include "dispatch/source_writer_kernel.hpp"
#include "dispatch/source_writer_spelling.hpp"

namespace trireme::dispatch {

namespace {

std::string number(int k) { return std::to_string(k); }
std::string words_name(int p) { return "w" + number(p); }

int bytes_of(Dtype type) { return static_cast<int>(item_size(type)); }

// The element as an unsigned integer of its size, 32 bits at least.
std::string to_bits(Dtype type, const std::string& value) {
  if (type == Dtype::f32) return "(u32)as_int_f32(" + value + ")";
  if (type == Dtype::f64) return "(u64)as_int_f64(" + value + ")";
  if (bytes_of(type) == 1) return "(u32)(u8)(" + value + ")";
  if (bytes_of(type) == 2) return "(u32)(u16)(" + value + ")";
  return (bytes_of(type) == 8 ? "(u64)(" : "(u32)(") + value + ")";
}

std::string from_bits(Dtype type, const std::string& bits) {
  if (type == Dtype::f32) return "as_float_i32((i32)" + bits + ")";
  if (type == Dtype::f64) return "as_float_i64((i64)" + bits + ")";
  return "(" + memory_type(type) + ")" + bits;
}

const char* const kMembers[] = {".x", ".y", ".z", ".w"};

}  // namespace

int KernelWriter::words_for(int p, int positions) const {
  return positions * bytes_of(element_type(p)) * (is_pair(p) ? 2 : 1) / 4;
}

void KernelWriter::declare_words(int p, int positions) {
  const std::string count = number(words_for(p, positions));
  line("u32 " + words_name(p) + "[" + count + "];");
  unrolled("k", count);
  line(words_name(p) + "[k] = 0;");
  close();
}

// k is the number of the element among those that are held. Every word was 0 before.
void KernelWriter::put(int p, const std::string& k, const std::string& value) {
  const Dtype type = element_type(p);
  const std::string w = words_name(p), bits = to_bits(type, value);
  switch (bytes_of(type)) {
    case 1:
      return line(w + "[(" + k + ") / 4] |= " + bits + " << ((" + k + ") % 4 * 8);");
    case 2:
      return line(w + "[(" + k + ") / 2] |= " + bits + " << ((" + k + ") % 2 * 16);");
    case 4:
      return line(w + "[" + k + "] = " + bits + ";");
    default:
      open("{");
      define("u64", "bits", bits);
      line(w + "[2 * (" + k + ")] = (u32)bits;");
      line(w + "[2 * (" + k + ") + 1] = (u32)(bits >> 32);");
      return close();
  }
}

void KernelWriter::put_loaded(const std::string& k) {
  for (int p = 0; p < parameters(); ++p) {
    if (!is_loaded(p)) continue;
    if (is_index(p)) line("n" + number(p) + "[" + k + "] = o" + number(p) + ";");
    else put(p, k, "p" + number(p) + "[o" + number(p) + "]");
  }
}

std::string KernelWriter::get(int p, const std::string& k) const {
  const Dtype type = element_type(p);
  const std::string w = words_name(p);
  switch (bytes_of(type)) {
    case 1:
      return from_bits(type, "(" + w + "[(" + k + ") / 4] >> ((" + k + ") % 4 * 8))");
    case 2:
      return from_bits(type, "(" + w + "[(" + k + ") / 2] >> ((" + k + ") % 2 * 16))");
    case 4:
      return from_bits(type, w + "[" + k + "]");
    default:
      return from_bits(type, "((u64)" + w + "[2 * (" + k + ")] | (u64)" + w + "[2 * (" + k + ") + 1] << 32)");
  }
}

// To the element at `at`, a single term that counts elements of the program.
std::string KernelWriter::pointer(int p, const std::string& at) const {
  return "(p" + number(p) + " + " + (is_pair(p) ? "2 * " : "") + at + ")";
}

// Not 0 unless `vector` elements at `at` may be accessed at once.
std::string KernelWriter::misaligned(int p, const std::string& at, int vector) const {
  const int bytes = 4 * words_for(p, vector);
  return "((u64)" + pointer(p, at) + " & " + number((bytes < 16 ? bytes : 16) - 1) + ")";
}

// As many accesses of up to 16 bytes as the vector takes; `first` is the number of its first element.
void KernelWriter::load_vector(int p, const std::string& at, const std::string& first, int vector) {
  const int words = words_for(p, vector), each = words < 4 ? words : 4;
  const std::string type = each == 4 ? "u32x4" : each == 2 ? "u32x2" : "u32";
  const std::string space = language_.global.empty() ? "" : std::string(language_.global) + " ";
  for (int k = 0; k < words; k += each) {
    open("{");
    define(type, "q", "((" + space + "const " + type + "*)" + pointer(p, at) + ")[" + number(k / each) + "]");
    for (int m = 0; m < each; ++m)
      line(words_name(p) + "[(" + first + ") / " + number(vector) + " * " + number(words) + " + " + number(k + m) + "] = q" +
           (each == 1 ? "" : kMembers[m]) + ";");
    close();
  }
}

void KernelWriter::store_vector(int p, const std::string& at, const std::string& first, int vector) {
  const int words = words_for(p, vector), each = words < 4 ? words : 4;
  const std::string type = each == 4 ? "u32x4" : each == 2 ? "u32x2" : "u32";
  const std::string space = language_.global.empty() ? "" : std::string(language_.global) + " ";
  for (int k = 0; k < words; k += each) {
    open("{");
    line(type + " q;");
    for (int m = 0; m < each; ++m)
      line(std::string("q") + (each == 1 ? "" : kMembers[m]) + " = " + words_name(p) + "[(" + first + ") / " + number(vector) +
           " * " + number(words) + " + " + number(k + m) + "];");
    line("write_whole((" + space + type + "*)" + pointer(p, at) + " + " + number(k / each) + ", q);");
    close();
  }
}

}  // namespace trireme::dispatch
