// tests/support/tree.hpp -- a random array program as data: it can be built lazily, run by the oracle, and printed
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "support/oracle.hpp"
#include "support/special_values.hpp"

namespace trireme::test {

enum class StepKind {
  leaf,
  row,
  cast,
  slice,
  transpose,
  reshape,
  broadcast_to,
  expand_dims,
  squeeze,
  flip,
  at,
  roll,
  roll_flat,
  reduce
};

/// An operand of a step: an earlier step, or a weak scalar when step is -1.
struct Source {
  int step = -1;
  Scalar scalar{0};
};

struct Step {
  StepKind kind = StepKind::leaf;
  Row row{};
  Reduction reduction{};
  std::vector<Source> sources;
  std::vector<Slice> slices;
  Shape target;           // shape of reshape and broadcast_to, order of transpose
  std::vector<int> axes;  // of reduce; the one axis of expand_dims, squeeze, flip, at, roll
  bool keepdims = false;
  std::int64_t number = 0;  // index of at, shift of roll, correction of var and stddev
  HostArray values;         // of a leaf
  Dtype dtype = f64;        // of the result
  Shape shape;
  bool kept = false;  // a handle of it lives until the program has run
};

struct Tree {
  std::vector<Step> steps;
};

struct TreeLimits {
  int steps = 18;
  std::int64_t size = 3000;  // of any intermediate
  bool doubles = true;       // whether types of 8 bytes and what becomes one may occur
};

/// A tree that is valid by construction: its last step is the result.
Tree random_tree(Random& random, const TreeLimits& limits);

/// The steps that `step` needs, numbered anew; `step` becomes the last.
Tree subtree(const Tree& tree, int step);

/// The value of every step, by the oracle. For rows without a bit-exact oracle it takes the library's own bits for
/// contiguous 1-d arrays as given, so that everything else can be compared bit for bit.
std::vector<HostArray> run_oracle(const Tree& tree);

struct BuildOptions {
  bool eager = false;          // eval() after each operation: nothing is fused
  bool mixed_placing = false;  // leaves are views of every layout
  Placing placing = Placing::contiguous;
};

/// The kept steps and the result, lazy unless built eagerly.
struct Built {
  std::vector<int> steps;
  std::vector<array> arrays;
};
Built build(const Tree& tree, const BuildOptions& options = {});

/// One line a step.
std::string text(const Tree& tree);

}  // namespace trireme::test
