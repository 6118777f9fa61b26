// hull/program/out_of_memory.cpp -- the error for exhausted host memory, which can be thrown without any
// SPDX-License-Identifier: Apache-2.0
#include "program/out_of_memory.hpp"

#include <new>
#include <string>

#include "trireme/error.hpp"

namespace trireme::program {

namespace {

// Copies of an exception share its text, so throwing this one allocates nothing but the exception, for which the C++
// runtime keeps a reserve. Leaked, as all that lives as long as the process.
const error* const prepared = new error(Code::out_of_memory, "the host has no memory left, not even for a longer message");

}  // namespace

void throw_out_of_memory(std::string_view function, std::string_view what) {
  try {
    std::string message(function);
    message += ": ";
    message += what;
    throw error(Code::out_of_memory, message);
  } catch (const std::bad_alloc&) {
    throw *prepared;
  }
}

}  // namespace trireme::program
