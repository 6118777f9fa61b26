// hull/program/builder.cpp -- appends parameters and instructions to a program
// SPDX-License-Identifier: Apache-2.0
#include "program/program.hpp"

#include "trireme/error.hpp"

namespace trireme::program {

std::uint16_t Builder::parameter(Role role, Dtype type) {
  if (program_.parameters.size() >= 0xffff) throw error(Code::internal, "program: more than 65535 parameters");
  program_.parameters.push_back({role, type});
  return static_cast<std::uint16_t>(program_.parameters.size() - 1);
}

Value Builder::emit(Opcode op, Dtype type, Value a, Value b, Value c, std::uint16_t parameter, std::uint64_t literal) {
  // kNoValue is not a name that a value can have.
  if (program_.body.size() >= kNoValue) throw error(Code::internal, "program: more than 65535 instructions");
  program_.body.push_back({op, type, parameter, {a, b, c}, literal});
  return static_cast<Value>(program_.body.size() - 1);
}

}  // namespace trireme::program
