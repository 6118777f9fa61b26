// hull/array/reduce.cpp -- sum, mean, min and max as nodes
// SPDX-License-Identifier: Apache-2.0
#include "trireme/reduce.hpp"

#include <string>

#include "array/build.hpp"
#include "graph/infer.hpp"
#include "program/float_environment.hpp"
#include "program/out_of_memory.hpp"
#include "trireme/elementwise.hpp"

namespace trireme {

namespace {

using build::Owned;
using program::Opcode;

std::span<const int> span_of(std::initializer_list<int> axes) { return {axes.begin(), axes.size()}; }

array reduce(std::string_view function, Opcode op, Owned x, std::span<const int> axes, bool keepdims) {
  std::uint8_t mask = graph::axes_mask(function, axes, x->shape.rank());
  Dtype dtype = graph::reduce_type(op, x->dtype);
  if (op != Opcode::reduce_add) {
    for (int k = 0; k < x->shape.rank(); ++k)
      if ((mask >> k & 1) && x->shape[k] == 0)
        throw error(Code::invalid_argument, std::string(function) + ": axis " + std::to_string(k) + " of shape " + x->shape.text() +
                                                " is empty and has no " + std::string(function));
    if (dtype == Dtype::boolean)
      throw error(Code::dtype_mismatch, std::string(function) + ": takes numbers, not bool; use astype first");
  }
  Shape shape = graph::reduced_shape(x->shape, mask, keepdims);
  graph::checked_size(function, shape, dtype);
  Owned node = build::operation(graph::Kind::reduce, op, dtype, shape, &x, 1);
  node->axes = mask;
  node->keepdims = keepdims;
  return array(node.release());
}

}  // namespace

array sum(Operand x, std::span<const int> axes, bool keepdims) try {
  return reduce("sum", Opcode::reduce_add, build::operand("sum", x), axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("sum");
}

array min(Operand x, std::span<const int> axes, bool keepdims) try {
  return reduce("min", Opcode::reduce_minimum, build::operand("min", x), axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("min");
}

array max(Operand x, std::span<const int> axes, bool keepdims) try {
  return reduce("max", Opcode::reduce_maximum, build::operand("max", x), axes, keepdims);
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("max");
}

array mean(Operand x, std::span<const int> axes, bool keepdims) try {
  Owned node = build::operand("mean", x);
  if (kind(node->dtype) != Kind::floating) node = build::cast(std::move(node), Dtype::f64);
  std::uint8_t mask = graph::axes_mask("mean", axes, node->shape.rank());
  std::int64_t count = 1;
  for (int k = 0; k < node->shape.rank(); ++k)
    if (mask >> k & 1) count *= node->shape[k];
  program::FloatEnvironment environment;
  // The count as a float: exact up to 2^24 in f32 and 2^53 in f64, beyond that rounded to nearest.
  return divide(reduce("mean", Opcode::reduce_add, std::move(node), axes, keepdims), static_cast<double>(count));
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("mean");
}

array sum(Operand x, std::initializer_list<int> axes, bool keepdims) { return sum(std::move(x), span_of(axes), keepdims); }
array min(Operand x, std::initializer_list<int> axes, bool keepdims) { return min(std::move(x), span_of(axes), keepdims); }
array max(Operand x, std::initializer_list<int> axes, bool keepdims) { return max(std::move(x), span_of(axes), keepdims); }
array mean(Operand x, std::initializer_list<int> axes, bool keepdims) { return mean(std::move(x), span_of(axes), keepdims); }

}  // namespace trireme
