// hull/dispatch/source_writer_kernel.hpp -- the text of one kernel
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "dispatch/source_writer.hpp"
#include "dispatch/source_writer_geometry.hpp"
#include "dispatch/source_writer_plan.hpp"

namespace trireme::dispatch {

/// Writes the kernel of one request: signature, where each work-item reads and writes, the program's body.
class KernelWriter {
 public:
  KernelWriter(const CompileRequest& request, const Language& language, const Target& target);

  /// The definition of the kernel called `name`, which uses the typedef Geometry_N of geometry_words() words.
  std::string text(const std::string& name);
  int geometry_words() const { return static_cast<int>(words_.size()); }

 private:
  struct Place {
    Word word;
    int parameter, axis;
  };
  struct Buffer {
    std::string element;  // what a load reads: an expression of memory_type
    std::string place;    // where it stands, of an index parameter
  };
  /// Writes `value`, the first or second part of what `parameter` gets, to where this position's results go.
  using Store = std::function<void(int parameter, int part, const std::string& value)>;

  // source_writer_kernel.cpp
  std::string word(Word word, int parameter = 0, int axis = 0) const;
  std::string offset(int parameter) const;
  std::string raw_word(Word word, int parameter, int axis) const;
  void line(const std::string& text);
  void open(const std::string& text);
  void close(const std::string& text = "}");
  void otherwise();  // the other branch of an `if` that is open
  void define(const std::string& type, const std::string& name, const std::string& value);
  void unrolled(const std::string& counter, const std::string& count);

  bool is_memory(int parameter) const;  // an input that is loaded, or a map's output
  bool is_loaded(int parameter) const { return loaded_[static_cast<std::size_t>(parameter)]; }
  bool is_index(int parameter) const;
  bool is_output(int parameter) const;
  bool is_pair(int parameter) const;  // a complex output
  program::AccessKind kind(int parameter) const { return layout_.access[static_cast<std::size_t>(parameter)]; }
  int parameters() const { return static_cast<int>(program_.parameters.size()); }
  Dtype element_type(int parameter) const;

  void signature(const std::string& name);
  void coordinates(const std::string& linear, int first, int last);
  std::string axis_terms(int parameter, int first, int last);
  /// Defines o<p> of every loaded parameter, and of stored ones where that is asked for.
  void map_offsets(const std::string& linear, bool inputs, bool outputs);
  void offsets_of(const std::string& linear, const std::function<bool(int)>& asked);
  void kept_offsets(const std::string& position);
  void run_offsets();
  void read_by_offsets();
  void body(const Store& store);
  void memory(std::size_t k, const Store& store);
  void control(std::size_t k);
  std::string identity() const;
  std::string combine(const std::string& a, const std::string& b) const;
  void accumulate(const std::string& accumulator);  // the body's value
  std::string accumulator_type() const;

  // source_writer_map.cpp
  void elements();
  void tiles();
  void tile_loads(const std::string& vector_condition);
  void tile_stores();

  // source_writer_turned.cpp
  void squares();
  void bands();
  void stage_band(int parameter);
  void place(const std::string& columns, const std::string& rows);
  std::string linear() const;
  bool is_staged(int parameter) const { return plan_.staged >> parameter & 1; }  // staged are among the first 64

  // source_writer_packing.cpp: elements in u32 words, w<p>[]
  int words_for(int parameter, int positions) const;
  void declare_words(int parameter, int positions);
  void put(int parameter, const std::string& k, const std::string& value);
  void put_loaded(const std::string& k);  // of every loaded parameter the element, or the place, at o<p>
  std::string get(int parameter, const std::string& k) const;
  std::string pointer(int parameter, const std::string& at) const;
  std::string misaligned(int parameter, const std::string& at, int vector) const;
  void load_vector(int parameter, const std::string& at, const std::string& first, int vector);
  void store_vector(int parameter, const std::string& at, const std::string& first, int vector);

  // source_writer_reduction.cpp
  void reduce_tree();
  void reduce_columns();
  void run_part(const char* chunk);
  // source_writer_warps.cpp
  void reduce_warps();
  void long_run();
  void four_at_once();
  void short_runs();
  std::string shuffled(const std::string& value, const std::string& distance) const;
  // source_writer_strips.cpp
  void strips();
  void reduce_chunks();
  void reduce_blocks();
  void segment(const std::string& linear, const std::string& rest, int first, int last);
  void segment_pointers(int first, int last, bool outputs, const std::string& base);
  std::string along(int parameter, const std::string& e) const;

  const program::Program& program_;
  const program::Layout& layout_;
  const Language& language_;
  const KernelPlan plan_;
  std::vector<Place> words_;
  std::vector<bool> loaded_;    // per parameter: read at the domain's position
  std::vector<Buffer> buffer_;  // per parameter: how the body's text reads it now
  std::string position_;        // what is added to the coordinate of the last axis
  std::string index_;           // type of indices: u32, or i64 in wide layouts and on CPUs
  std::string out_;
  std::size_t depth_ = 0;
};

/// "const f32 v3 = ...;" for table, primitive and scalar instructions.
std::string spell_definition(const program::Program& program, std::size_t k);

}  // namespace trireme::dispatch
