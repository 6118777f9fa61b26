// cpu/features.hpp -- the instruction-set levels: which this machine runs, which is in use
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cpu/routines.hpp"

namespace trireme::cpu {

struct Level {
  const char* name;
  bool usable;             // the processor has the instructions and the system saves the registers
  const char* needs;       // what it needs, for messages
  Routines routines;       // filled when usable
};

/// All levels compiled in, slowest first. Detected once.
std::vector<Level>& levels();

/// The level in use: TRIREME_CPU_LEVEL, else the last usable one.
const Level& current_level();

/// Throws Code::invalid_argument, listing what there is, for an unknown or unusable name.
void use_level(std::string_view name);

}  // namespace trireme::cpu
