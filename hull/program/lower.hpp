// hull/program/lower.hpp -- rows and casts on every dtype as instructions on the machine dtypes
// SPDX-License-Identifier: Apache-2.0
//
// Programs compute in bool, i32, i64, u32, u64, f32 and f64. A value of another dtype is held as a value of its work
// type: an 8- or 16-bit integer as the i32 of that value, an f16 or bf16 as the f32, a complex number as two values. After
// an operation whose result the narrow dtype may not hold, it is converted there and back: that is where an integer
// wraps and a float rounds.
#pragma once

#include <span>
#include <vector>

#include "program/program.hpp"
#include "program/work_type.hpp"

namespace trireme::program {

/// Names a lowered value; only the Lowering that gave it knows what it means.
using Lowered = std::uint32_t;

class Lowering {
 public:
  explicit Lowering(Builder& builder) : builder_(builder) {}

  /// Parameters read at the domain's position. Of a complex one each part is a parameter of the component's dtype.
  Lowered load(Dtype dtype, std::uint16_t parameter, std::uint16_t imaginary = 0);
  /// Scalar parameters are of the work type already.
  Lowered scalar(Dtype dtype, std::uint16_t parameter, std::uint16_t imaginary = 0);

  /// `row` of operands that are of the dtypes inference gave them; `result` is the dtype of the value.
  Lowered row(Opcode row, Dtype result, std::span<const Lowered> operands);
  Lowered cast(Lowered value, Dtype to);

  void store(std::uint16_t parameter, Lowered value);
  /// The value as one of its work type, for a reduction; not complex.
  Value work_value(Lowered value) { return wide(value); }

 private:
  struct Entry {
    Dtype dtype;
    Value part[2] = {kNoValue, kNoValue};  // of the work type, once it is there
    Value narrow = kNoValue;               // of a storage dtype itself, once it is there
  };

  Lowered add(Entry entry);
  Value wide(Lowered value);
  Value narrow(Lowered value);
  Value convert(Value value, Dtype from, Dtype to);
  Value is_nonzero(Lowered value);
  Value row_value(Opcode row, Dtype result, const Value* operands);
  Lowered complex_row(Opcode row, Dtype result, std::span<const Lowered> operands);

  Builder& builder_;
  std::vector<Entry> entries_;
};

/// Traces `row` over complex operands of component `component` (of `where`, the first is a bool in re[0]) and appends the
/// instructions: the results' parts, of which im is kNoValue when the result is one number.
struct ComplexParts {
  Value re = kNoValue, im = kNoValue;
};
ComplexParts emit_complex_row(Builder& builder, Opcode row, Dtype component, std::span<const ComplexParts> operands);

/// Traces nextafter on f32 values of f16 or bf16, and appends the instructions.
Value emit_half_neighbour(Builder& builder, Dtype half, Value a, Value b);

/// How many instructions of a program an operation stands for, about: what bounds the size of programs.
int complex_weight(Opcode row);
inline int weight(Opcode row, Dtype dtype) { return is_complex(dtype) ? complex_weight(row) : is_storage(dtype) ? 3 : 1; }

}  // namespace trireme::program
