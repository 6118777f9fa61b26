// opencl/language.hpp -- OpenCL C as a target of the source writer
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/source_writer.hpp"

namespace trireme::opencl {

const dispatch::Language& language();

/// What the text must be built with to be exact: division and square root with one rounding. Contraction is switched
/// off in the text itself.
inline constexpr const char* kBuildOptions = "-cl-std=CL1.2 -cl-fp32-correctly-rounded-divide-sqrt";

}  // namespace trireme::opencl
