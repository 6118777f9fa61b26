// hull/program/out_of_memory.hpp -- the error for exhausted host memory, which can be thrown without any
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace trireme::program {

/// Throws error(Code::out_of_memory) with the message "function: what". When there is no memory for that text, one made
/// when the library was loaded is thrown. What the public functions turn std::bad_alloc into.
[[noreturn]] void throw_out_of_memory(std::string_view function, std::string_view what = "the host has no memory left");

}  // namespace trireme::program
