// hull/program/uniform.hpp -- which values are the same in every work-item of a group
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "program/program.hpp"

namespace trireme::program {

/// What each instruction defines and where it stands. Uniform: the same in all work-items of a group, in every
/// iteration that they execute together. Errs on the side of varying.
struct Uniformity {
  std::vector<bool> varying_value;    // of the value (of a local: of what it may hold)
  std::vector<bool> varying_control;  // whether only some work-items of a group may reach the instruction
};

/// Constants, scalars, and what is computed from them, are uniform; positions and what is loaded by them vary. A
/// variable varies when a varying value is assigned to it or when only some work-items assign to it. The regions of the
/// program must be well-formed.
Uniformity uniformity(const Program& program);

}  // namespace trireme::program
