// hull/program/work_type.hpp -- the dtypes that programs compute in, and those that only lie in memory
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trireme/dtype.hpp"

namespace trireme::program {

/// The machine dtype that arithmetic on `d` is done in: i32 for integers of 8 and 16 bits, which it holds whatever their
/// sign, f32 for f16 and bf16, the component for complex; every other dtype itself.
constexpr Dtype work_type(Dtype d) {
  switch (d) {
    case Dtype::i8:
    case Dtype::i16:
    case Dtype::u8:
    case Dtype::u16:
      return Dtype::i32;
    case Dtype::f16:
    case Dtype::bf16:
      return Dtype::f32;
    case Dtype::complex64:
    case Dtype::complex128:
      return component(d);
    case Dtype::boolean:
    case Dtype::i32:
    case Dtype::i64:
    case Dtype::u32:
    case Dtype::u64:
    case Dtype::f32:
    case Dtype::f64:
      return d;
  }
  return d;
}

/// Whether programs compute in `d`.
constexpr bool is_machine(Dtype d) { return work_type(d) == d; }

constexpr bool is_complex(Dtype d) { return kind(d) == Kind::complex; }

/// Whether `d` is a dtype of one number that programs only load, store and convert.
constexpr bool is_storage(Dtype d) { return !is_machine(d) && !is_complex(d); }

/// Whether programs convert `from` to `to` in one instruction: from memory to the work type, and from a machine dtype to
/// any of one number.
constexpr bool is_direct_cast(Dtype from, Dtype to) {
  if (is_complex(from) || is_complex(to)) return false;
  return is_machine(from) || to == from || to == work_type(from);
}

}  // namespace trireme::program
