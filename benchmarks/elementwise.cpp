// benchmarks/elementwise.cpp -- fused expressions in f32 against loops written by hand for the same level
// SPDX-License-Identifier: Apache-2.0
//
// Trireme's side includes building the nodes, finding the plan and taking memory for the result; the hand-written loop
// has one thread and writes to memory that is there already. It has the same exp, so the bits must be equal.
#include <memory>
#include <thread>

#include "support/cases.hpp"
#include "support/hand_loops.hpp"

namespace trireme::bench {
namespace {

struct Expression {
  const char* name;
  int operands;
  array (*build)(const array* x);
  void (*HandLoops::*by_hand)(const float* const* x, float* out, std::size_t n);
  void (*HandLoops::*rival)(const float* const* x, float* out, std::size_t n);  // may differ in its last bits
};

const Expression kExpressions[] = {
    {"sqrt(x*x+1)-exp(-x)", 1, [](const array* x) { return sqrt(x[0] * x[0] + 1) - exp(-x[0]); }, &HandLoops::expression,
     &HandLoops::expression_xsimd},
    {"sqrt(a*a+b*b)*0.5+1", 2, [](const array* x) { return sqrt(x[0] * x[0] + x[1] * x[1]) * 0.5 + 1; },
     &HandLoops::root, nullptr},
    {"a*b+c*d-a", 4, [](const array* x) { return x[0] * x[1] + x[2] * x[3] - x[0]; }, &HandLoops::product, nullptr},
    {"x+y", 2, [](const array* x) { return x[0] + x[1]; }, &HandLoops::add, nullptr},
};

struct Inputs {
  array arrays[4];
  const float* data[4] = {};
  explicit Inputs(int count, std::int64_t n) {
    for (int k = 0; k < count; ++k) {
      arrays[k] = input_array(k, n);
      data[k] = input(k, n).data();
    }
  }
};

std::vector<float> expected(const Expression& e, std::int64_t n) {
  const Inputs in(e.operands, n);
  std::vector<float> out(static_cast<std::size_t>(n));
  (hand_loops().*e.by_hand)(in.data, out.data(), out.size());
  return out;
}

template <class Loop>
auto prepare_by_hand(const Expression& e, std::int64_t n, Loop loop, bool exact) {
  return [&e, n, loop, exact] {
    Buffer& out = output(0, n);
    return Timed{[&out, loop, in = Inputs(e.operands, n)] { loop(in.data, out.data(), out.size()); benchmark::ClobberMemory(); },
                 [&out, &e, n, exact] { return !exact || equal({out.data(), out.size()}, expected(e, n)); }};
  };
}

void add_size(const Expression& e, std::int64_t n, int threads) {
  const Case c{e.name, n, threads, 4 * n * (e.operands + 1)};
  const HandLoops hand = hand_loops();
  add(c, "hand", prepare_by_hand(e, n, hand.*e.by_hand, true));
  if (e.rival) add(c, "xsimd::exp", prepare_by_hand(e, n, hand.*e.rival, false));
  add(c, "trireme", [&e, n] {
    auto result = std::make_shared<array>();
    return Timed{[&e, result, in = Inputs(e.operands, n)] { *result = e.build(in.arrays).eval(); },
                 [&e, n, result] { return equal(*result, expected(e, n)); }};
  });
}

}  // namespace

void add_elementwise() {
  const bool several = std::thread::hardware_concurrency() > 1;
  for (const Expression& e : kExpressions) {
    add_size(e, 10, 1);
    add_size(e, 100, 1);
    for (std::int64_t n : kSizes) {
      add_size(e, n, 1);
      if (several) add_size(e, n, 2);
    }
  }
}

}  // namespace trireme::bench
