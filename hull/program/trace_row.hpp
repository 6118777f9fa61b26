// hull/program/trace_row.hpp -- the expressions of the table's rows as functions of traced values
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/rows.hpp"
#include "program/trace.hpp"

namespace trireme::program {

template <Opcode row>
struct Row;
#define OP(name, arity, rule, expression, doc)                                            \
  template <>                                                                             \
  struct Row<Opcode::name> {                                                              \
    template <class A, class B>                                                           \
    static auto apply([[maybe_unused]] A a, [[maybe_unused]] B b, [[maybe_unused]] B c) { \
      return expression;                                                                  \
    }                                                                                     \
  };
#include "trireme/elementwise.def"
#undef OP

}  // namespace trireme::program
