// hull/graph/node.hpp -- the node of the lazy graph: pure data with an intrusive count, made by the tens of millions
// SPDX-License-Identifier: Apache-2.0
//
// What a node says about itself (kind, op, dtype, shape, device) never changes. Its value does once: from lazy, through
// claimed while some thread computes it, to ready; then `storage`, `offset` and `strides` are set and the inputs are
// let go. Inputs of a lazy node may be read only by a thread that owns the node alone or holds the claim mutex
// (dispatch/evaluate.cpp), because publishing a value releases them.
#pragma once

#include <atomic>
#include <cstdint>

#include "program/count.hpp"
#include "program/program.hpp"
#include "trireme/shape.hpp"

namespace trireme::graph {

/// A block of device memory with a count; what is inside is dispatch's affair (dispatch/storage.hpp).
struct Storage;
void retain(Storage* storage) noexcept;
void release(Storage* storage) noexcept;

enum class Kind : std::uint8_t {
  leaf,      // has storage from the start
  constant,  // a scalar held in `bits` as its work type (program/work_type.hpp), a complex one's other part in `imaginary`
  index,     // every element is its own row-major place, i64; no inputs
  table,     // a row of the elementwise table
  cast,      // astype
  view,      // elements of input 0 selected by `map`
  reshape,   // the value of input 0, which is contiguous once it is ready, in another shape
  reduce,    // op says which reduction; `axes` which axes of input 0
};

enum class State : std::uint8_t { lazy, claimed, ready };

/// Where a view's element comes from, per axis of the base: coordinate = outer_start + outer_step * w, with
/// w = start + step * (position along `axis` of the view), less modulus when that is reached. axis -1: a fixed place.
/// Modulus 0: no wrap, and then outer_start is 0 and outer_step is 1.
struct AxisMap {
  std::int8_t axis = -1;
  std::int64_t start = 0, step = 1, modulus = 0;
  std::int64_t outer_start = 0, outer_step = 1;
};

struct ViewMap {
  AxisMap axis[kMaxRank];
};

struct Node {
  std::atomic<std::uint32_t> refs{1};
  std::atomic<State> state{State::lazy};
  Kind kind = Kind::leaf;
  program::Opcode op{};
  Dtype dtype{};
  std::uint8_t inputs = 0;
  std::uint8_t device = 0;      // pin, or the scope in force when it was built; 0: unplaced
  bool pinned = false;
  bool contiguous = true;       // ready: row-major without gaps
  std::uint8_t axes = 0;        // reduce: bit k for axis k of the input
  bool keepdims = false;
  std::uint8_t wraps = 0;       // bit k: along axis k some view below this lazy node wraps, so only step 1 composes
  std::uint16_t operations = 0; // lazy operations reachable, by weight and counted as a tree: an upper bound
  std::uint16_t leaves = 0;     // operands reachable, likewise
  Node* input[3] = {};
  union {
    std::uint64_t bits = 0;     // constant
    ViewMap* map;               // view, owned
  };
  Storage* storage = nullptr;   // ready, owned; a block of no bytes when the array is empty
  union {
    std::int64_t offset = 0;    // in elements
    std::uint64_t imaginary;    // constant
  };
  Shape shape;
  Shape strides;                // in elements; meaningful when ready

  bool is_ready() const { return state.load(std::memory_order_acquire) == State::ready; }
};

/// A graph is cut by evaluating the inputs when an operation would make it exceed these. They bound every program.
inline constexpr int kMaxOperations = 96;
inline constexpr int kMaxLeaves = 24;
inline constexpr int kMaxInputs = 2 * kMaxLeaves;  // of a program: complex operands are read as two

/// A node with refs 1 from this thread's free list. Only the fields of the default constructor are set. Throws
/// Code::out_of_memory.
Node* new_node();

/// Called by release when the count falls to 0.
void destroy(Node* node) noexcept;

inline void retain(Node* node) noexcept { program::add_reference(node->refs); }

inline void release(Node* node) noexcept {
  if (program::drop_reference(node->refs)) destroy(node);
}

/// Row-major strides of a shape.
inline void set_contiguous_strides(const Shape& shape, Shape& strides) {
  strides = shape;
  std::int64_t step = 1;
  for (int k = shape.rank() - 1; k >= 0; --k) {
    strides[k] = step;
    step *= shape[k];
  }
}
Shape contiguous_strides(const Shape& shape);
bool is_contiguous(const Shape& shape, const Shape& strides);

}  // namespace trireme::graph
