// hull/program/lower.cpp -- where narrow integers wrap, halves round, and complex numbers become two
// SPDX-License-Identifier: Apache-2.0
#include "program/lower.hpp"

#include "program/rule.hpp"
#include "program/work_type.hpp"

namespace trireme::program {

namespace {

/// Whether `row`'s result, computed in the work type from operands of a storage dtype, always is of that dtype again.
bool stays_inside(Opcode row, Dtype dtype) {
  switch (row) {
    case Opcode::minimum:
    case Opcode::maximum:
    case Opcode::fmin:
    case Opcode::fmax:
    case Opcode::clip:
    case Opcode::sign:
    case Opcode::fmod:
    case Opcode::bitwise_count:
    case Opcode::clz:
    case Opcode::where:
    case Opcode::bitwise_and:
    case Opcode::bitwise_or:
    case Opcode::bitwise_xor:
    case Opcode::bitwise_right_shift:
      return true;
    case Opcode::bitwise_invert:
      return is_signed(dtype);
    case Opcode::remainder:
      return kind(dtype) == Kind::integer;
    case Opcode::negative:
    case Opcode::abs:
    case Opcode::copysign:
    case Opcode::heaviside:
    case Opcode::floor:
    case Opcode::ceil:
    case Opcode::trunc:
    case Opcode::round:
      return kind(dtype) == Kind::floating;
    default:
      return false;
  }
}

}  // namespace

Lowered Lowering::add(Entry entry) {
  entries_.push_back(entry);
  return static_cast<Lowered>(entries_.size() - 1);
}

Lowered Lowering::load(Dtype dtype, std::uint16_t parameter, std::uint16_t imaginary) {
  Entry e{dtype};
  if (is_storage(dtype)) {
    e.narrow = builder_.load(parameter);
  } else {
    e.part[0] = builder_.load(parameter);
    if (is_complex(dtype)) e.part[1] = builder_.load(imaginary);
  }
  return add(e);
}

Lowered Lowering::scalar(Dtype dtype, std::uint16_t parameter, std::uint16_t imaginary) {
  Entry e{dtype};
  e.part[0] = builder_.scalar(parameter);
  if (is_complex(dtype)) e.part[1] = builder_.scalar(imaginary);
  return add(e);
}

Value Lowering::convert(Value value, Dtype from, Dtype to) {
  return from == to ? value : builder_.emit(Opcode::cast, to, value);
}

Value Lowering::wide(Lowered value) {
  Entry& e = entries_[value];
  if (e.part[0] == kNoValue) e.part[0] = convert(e.narrow, e.dtype, work_type(e.dtype));
  return e.part[0];
}

Value Lowering::narrow(Lowered value) {
  Entry& e = entries_[value];
  if (e.narrow == kNoValue) e.narrow = convert(e.part[0], work_type(e.dtype), e.dtype);
  return e.narrow;
}

Value Lowering::is_nonzero(Lowered value) {
  const Dtype dtype = entries_[value].dtype;
  if (!is_complex(dtype)) return convert(wide(value), work_type(dtype), Dtype::boolean);
  const Value re = convert(entries_[value].part[0], component(dtype), Dtype::boolean);
  const Value im = convert(entries_[value].part[1], component(dtype), Dtype::boolean);
  return builder_.emit(Opcode::logical_or, Dtype::boolean, re, im);
}

Lowered Lowering::cast(Lowered value, Dtype to) {
  const Dtype from = entries_[value].dtype;
  Entry e{to};
  if (to == Dtype::boolean) {
    e.part[0] = is_nonzero(value);
  } else if (is_complex(to)) {
    const bool both = is_complex(from);
    e.part[0] = convert(both ? entries_[value].part[0] : wide(value), work_type(from), component(to));
    e.part[1] = both ? convert(entries_[value].part[1], component(from), component(to))
                     : builder_.emit(Opcode::constant, component(to));
  } else {
    // From the work type in one step: it holds the value exactly, so that there is one rounding or wrap.
    const Value v = wide(value);
    (is_storage(to) ? e.narrow : e.part[0]) = convert(v, work_type(from), to);
  }
  return add(e);
}

Lowered Lowering::row(Opcode row, Dtype result, std::span<const Lowered> operands) {
  bool complex = is_complex(result);
  for (const Lowered v : operands) complex |= is_complex(entries_[v].dtype);
  if (complex) return complex_row(row, result, operands);
  Value v[3] = {kNoValue, kNoValue, kNoValue};
  for (std::size_t k = 0; k < operands.size(); ++k) v[k] = wide(operands[k]);
  const Value value = row_value(row, result, v);
  Entry e{result};
  if (is_storage(result) && !stays_inside(row, result)) e.narrow = convert(value, work_type(result), result);
  else e.part[0] = value;
  return add(e);
}

Value Lowering::row_value(Opcode row, Dtype result, const Value* v) {
  const Dtype work = work_type(result);
  // A square is a product, which backends know how to join with others.
  if (row == Opcode::square) return builder_.emit(Opcode::multiply, work, v[0], v[0]);
  if (is_storage(result) && row == Opcode::nextafter) return emit_half_neighbour(builder_, result, v[0], v[1]);
  if (is_storage(result) && row == Opcode::clz) {
    // The i32 has as many zeros more as it has bits, once the sign's copies are gone.
    const int width = static_cast<int>(8 * item_size(result));
    const auto number = [&](std::int32_t n) {
      return builder_.emit(Opcode::constant, work, kNoValue, kNoValue, kNoValue, 0, static_cast<std::uint64_t>(n));
    };
    const Value own_bits = builder_.emit(Opcode::bit_and, work, v[0], number((1 << width) - 1));
    return builder_.emit(Opcode::subtract, work, builder_.emit(Opcode::clz, work, own_bits), number(32 - width));
  }
  return builder_.emit(row, work, v[0], v[1], v[2]);
}

Lowered Lowering::complex_row(Opcode row, Dtype result, std::span<const Lowered> operands) {
  ComplexParts parts[3];
  Dtype part = Dtype::f32;
  for (std::size_t k = 0; k < operands.size(); ++k) {
    const Dtype dtype = entries_[operands[k]].dtype;
    parts[k].re = is_complex(dtype) ? entries_[operands[k]].part[0] : wide(operands[k]);
    if (is_complex(dtype)) parts[k].im = entries_[operands[k]].part[1];
    if (dtype != Dtype::boolean) part = work_type(dtype);
  }
  const ComplexParts out = emit_complex_row(builder_, row, part, std::span(parts, operands.size()));
  Entry e{result};
  e.part[0] = out.re;
  e.part[1] = out.im;
  return add(e);
}

void Lowering::store(std::uint16_t parameter, Lowered value) {
  const Dtype dtype = entries_[value].dtype;
  if (is_complex(dtype))
    builder_.emit(Opcode::store_pair, dtype, entries_[value].part[0], entries_[value].part[1], kNoValue, parameter);
  else
    builder_.store(parameter, is_storage(dtype) ? narrow(value) : wide(value));
}

int complex_weight(Opcode row) {
  switch (row) {
    case Opcode::make_complex:
      return 3;
    case Opcode::multiply:
    case Opcode::square:
      return 6;
    case Opcode::abs:
    case Opcode::sign:
    case Opcode::exp:
      return 20;
    case Opcode::log1p:
    case Opcode::pow:
      return 60;
    case Opcode::asin:
    case Opcode::acos:
    case Opcode::asinh:
    case Opcode::acosh:
      return 80;
    default:
      return is_of_floats(info(row).rule) ? 40 : 3;
  }
}

}  // namespace trireme::program
