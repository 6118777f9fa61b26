// tests/recorded/cases.hpp -- the list of recorded cases: a name and a lazy array each
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "trireme/array.hpp"

namespace trireme::recorded {

struct Case {
  std::string name;               // never given to another computation: hashes are compared by it
  std::function<array()> build;   // a lazy array in the scope in force
  bool quick = false;             // belongs to the subset that --quick runs
};

/// Every case, in the order of hashes.txt.
std::vector<Case> all_cases();

/// Those of mathematics_hashes.txt; the ones on fewer operands are quick.
std::vector<Case> mathematics_cases();

void add_elementwise_cases(std::vector<Case>& cases);
void add_dtype_cases(std::vector<Case>& cases);
void add_reduction_cases(std::vector<Case>& cases);
void add_view_cases(std::vector<Case>& cases);
void add_fused_cases(std::vector<Case>& cases);

}  // namespace trireme::recorded
