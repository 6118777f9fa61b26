// hull/dispatch/source_writer_kernel.hpp -- the text of one kernel
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "dispatch/source_writer.hpp"
#include "dispatch/source_writer_geometry.hpp"

namespace trireme::dispatch {

/// Writes the kernel of one request: signature, where each work-item reads and writes, the program's body.
class KernelWriter {
 public:
  KernelWriter(const CompileRequest& request, const Language& language);

  /// The definition of the kernel called `name`, which uses the typedef Geometry_N of geometry_words() words.
  std::string text(const std::string& name);
  int geometry_words() const { return static_cast<int>(words_.size()); }

 private:
  struct Place {
    Word word;
    int parameter, axis;
  };

  std::string word(Word word, int parameter = 0, int axis = 0) const;
  std::string offset(int parameter) const;
  std::string stored_at(int parameter) const;  // where the element of an output is at the domain's position
  std::string raw_word(Word word, int parameter, int axis) const;
  bool has(Word word) const;

  void line(const std::string& text);
  void open(const std::string& text);
  void close(const std::string& text = "}");

  void signature(const std::string& name);
  void map();
  void reduce_inner();
  void reduce_outer();
  void run_loop(const char* lane, const char* lanes, const char* chunk);
  void coordinates(const char* linear, int first, int last);
  std::string axis_terms(int parameter, int first, int last);
  void kept_offsets(const char* position);
  void run_offsets();
  void body();
  void memory(std::size_t k);
  void control(std::size_t k);
  std::string identity() const;
  std::string combine(const std::string& a, const std::string& b) const;

  const program::Program& program_;
  const program::Layout& layout_;
  const Language& language_;
  std::vector<Place> words_;
  std::vector<bool> loaded_;  // per parameter: read at the domain's position
  std::string index_;         // type of indices: u32, or i64 in wide layouts
  std::string out_;
  std::size_t depth_ = 0;
};

/// "const f32 v3 = ...;" for table, primitive and scalar instructions.
std::string spell_definition(const program::Program& program, std::size_t k);

}  // namespace trireme::dispatch
