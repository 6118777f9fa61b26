// cuda/language.hpp -- CUDA C++ as a target of the source writer
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dispatch/source_writer.hpp"

namespace trireme::cuda {

const dispatch::Language& language();

}  // namespace trireme::cuda
