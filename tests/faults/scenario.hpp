// tests/faults/scenario.hpp -- a bit of everything that the library does, in which allocations are made to fail
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace trireme::test {

/// Arrays that exist before anything fails, and must be as they were afterwards.
struct World {
  World();
  array small, page, large, flags, counts, matrix;  // computed
  array view;                                        // of matrix
  array lazy;                                        // of small and of each size class
  std::string folder;                                // to save files in
  std::string file, missing;

  /// What is wrong with the arrays, "" for nothing. Computes nothing but `lazy`, from a handle of its own.
  std::string damage() const;

 private:
  std::vector<std::string> expected_;
};

/// Runs everything. Returns the hashes of all results, or throws what the first failing call of the library threw.
/// Calls of operator new count only inside of those calls; a raw std::bad_alloc that one lets out is reported as
/// std::logic_error.
std::vector<std::string> run_scenario(const World& world);

}  // namespace trireme::test
