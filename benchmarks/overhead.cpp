// benchmarks/overhead.cpp -- what small work costs: a node, a view, an evaluation of ten elements
// SPDX-License-Identifier: Apache-2.0
//
// Nothing here depends on the memory's speed, so the figures are in nanoseconds, and the yardstick is a heap allocation
// of 64 bytes. One thread: in a process that has had a second one, counts cost atomic operations.
#include <cstdlib>

#include "support/cases.hpp"

namespace trireme::bench {
namespace {

constexpr auto kAlwaysRight = [] { return true; };

/// A case whose timed call has no result to check.
template <class Prepare>
void add_small(const std::string& name, std::int64_t n, Prepare prepare) {
  add({name, n, 1}, "trireme", [prepare] { return Timed{prepare(), kAlwaysRight}; });
}

const array& ten() { return input_array(4, 10); }

void add_nodes() {
  add({"malloc and free", 1, 1}, "reference", [] {
    return Timed{[] {
                   void* p = std::malloc(64);
                   benchmark::DoNotOptimize(p);
                   std::free(p);
                 },
                 kAlwaysRight};
  });
  add_small("copy of a handle", 10, [] {
    return [x = ten()] {
      array copy = x;
      benchmark::DoNotOptimize(copy);
    };
  });
  add_small("node", 10, [] {
    return [x = ten(), y = input_array(5, 10)] {
      array z = x + y;
      benchmark::DoNotOptimize(z);
    };
  });
  add_small("node with a scalar", 10, [] {
    return [x = ten()] {
      array z = x + 1;
      benchmark::DoNotOptimize(z);
    };
  });
  add_small("6 nodes", 10, [] {
    return [x = ten()] {
      array z = sqrt(x * x + 1) - exp(-x);
      benchmark::DoNotOptimize(z);
    };
  });
  add_small("slice", 10, [] {
    return [x = ten()] {
      array z = x.slice({{1, 9}});
      benchmark::DoNotOptimize(z);
    };
  });
  add_small("transposed view", 10000, [] {
    return [x = input_array(4, 10000).reshape({100, 100})] {
      array z = x.T();
      benchmark::DoNotOptimize(z);
    };
  });
}

void add_evaluations() {
  for (std::int64_t n : {10, 100, 1000})
    add({"a+b", n, 1}, "trireme", [n] {
      return Timed{[x = input_array(4, n), y = input_array(5, n), out = array()]() mutable { out = (x + y).eval(); },
                   [n] { return (input_array(4, n) + input_array(5, n)).at(5).item<float>() == input(4, n)[5] + input(5, n)[5]; }};
    });
  add_small("sum, item", 10, [] { return [x = ten()] { benchmark::DoNotOptimize(sum(x).item<float>()); }; });
  add_small("array from values", 3, [] {
    return [] {
      array z = array::from({1.0f, 2.0f, 3.0f});
      benchmark::DoNotOptimize(z);
    };
  });
  // The state of a loop must not grow: its program is found again at every turn.
  add_small("b = b + c", 10, [] {
    return [b = ten(), c = input_array(5, 10)]() mutable { (b = b + c).eval(); };
  });
  add_small("b = b + c, lazy", 10, [] { return [b = ten(), c = input_array(5, 10)]() mutable { b = b + c; }; });
}

}  // namespace

void add_overhead() {
  add_nodes();
  add_evaluations();
}

}  // namespace trireme::bench
