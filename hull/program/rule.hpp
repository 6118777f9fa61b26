// hull/program/rule.hpp -- which dtypes the rules of the elementwise table take, and what they give
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "program/program.hpp"
#include "program/work_type.hpp"

namespace trireme::program {

/// Whether a row of the rule takes operands of this dtype as they are (of `where`, the last two).
constexpr bool takes_unconverted(Rule rule, Dtype dtype) {
  const Kind k = kind(dtype);
  switch (rule) {
    case Rule::arithmetic:
    case Rule::power:
    case Rule::magnitude:
    case Rule::classify:
      return k != Kind::boolean;
    case Rule::analytic:
    case Rule::transcendental:
      return k == Kind::floating || k == Kind::complex;
    case Rule::floating:
    case Rule::elementary:
      return k == Kind::floating;
    case Rule::ordered:
    case Rule::predicate:
    case Rule::rounding:
      return k == Kind::integer || k == Kind::floating;
    case Rule::integral:
      return k == Kind::integer;
    case Rule::bitwise:
      return k == Kind::boolean || k == Kind::integer;
    case Rule::comparison:
      return k != Kind::complex;
    case Rule::logical:
      return k == Kind::boolean;
    case Rule::equality:
    case Rule::choice:
    case Rule::component:
    case Rule::conjugate:
      return true;
    case Rule::pairing:
      return dtype == Dtype::f32 || dtype == Dtype::f64;
  }
  return false;
}

/// Whether integers become f64 first.
constexpr bool is_of_floats(Rule rule) {
  return rule == Rule::analytic || rule == Rule::transcendental || rule == Rule::floating || rule == Rule::elementary || rule == Rule::pairing;
}

/// Whether the row is so long that there is one copy of it, which is called.
constexpr bool is_long(Rule rule) { return rule == Rule::transcendental || rule == Rule::elementary || rule == Rule::power; }

/// What it then gives.
constexpr Dtype row_result(Rule rule, Dtype operand) {
  switch (rule) {
    case Rule::classify:
    case Rule::predicate:
    case Rule::equality:
    case Rule::comparison:
    case Rule::logical:
      return Dtype::boolean;
    case Rule::magnitude:
    case Rule::component:
      return component(operand);
    case Rule::pairing:
      return operand == Dtype::f64 ? Dtype::complex128 : Dtype::complex64;
    default:
      return operand;
  }
}

/// Whether a row of the rule is an instruction of programs for operands of `dtype`: not for dtypes that programs do not
/// compute in, rows that only concern complex numbers, and rounding, which integers need none of.
constexpr bool is_instruction(Rule rule, Dtype dtype) {
  const bool complex_only = rule == Rule::component || rule == Rule::conjugate || rule == Rule::pairing;
  const bool rounded = rule == Rule::rounding && kind(dtype) == Kind::integer;
  return is_machine(dtype) && takes_unconverted(rule, dtype) && !complex_only && !rounded;
}

}  // namespace trireme::program
