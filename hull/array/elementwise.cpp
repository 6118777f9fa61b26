// hull/array/elementwise.cpp -- the public functions of the table's rows, and astype
// SPDX-License-Identifier: Apache-2.0
#include "trireme/elementwise.hpp"

#include "array/build.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"

namespace trireme {

namespace {

using build::Owned;
using program::Opcode;
using program::Rule;

/// Everything but the common case: scalars, mixed dtypes, broadcasting, conditions.
[[gnu::noinline]] array general(Opcode op, Operand* operands, int count) {
  const program::OpcodeInfo& row = program::info(op);
  Owned node[3];
  bool choice = row.rule == Rule::choice;
  bool any_array = false;
  for (int k = choice; k < count; ++k) any_array |= !operands[k].is_scalar();
  // Scalars are weak beside arrays; among themselves they act as 0-d arrays of their default dtypes.
  for (int k = 0; k < count; ++k)
    if (!operands[k].is_scalar() || !any_array || (choice && k == 0)) node[k] = build::operand(row.name, operands[k]);

  Dtype promoted = Dtype::boolean;
  for (int k = choice; k < count; ++k)
    if (node[k].get()) promoted = promote(promoted, node[k]->dtype);
  for (int k = choice; k < count; ++k)
    if (!node[k].get()) promoted = graph::with_scalar(promoted, operands[k].scalar().kind);
  graph::RowTypes types = graph::row_types(op, promoted);

  Shape shape;
  bool first = true;
  for (int k = 0; k < count; ++k) {
    if (!node[k].get()) continue;
    shape = first ? node[k]->shape : graph::broadcast(row.name, shape, node[k]->shape);
    first = false;
  }
  graph::checked_size(row.name, shape, types.result);
  for (int k = 0; k < count; ++k) {
    Dtype want = choice && k == 0 ? Dtype::boolean : types.operand;
    if (node[k].get()) node[k] = build::cast(std::move(node[k]), want);
    else node[k] = build::constant(want, graph::scalar_bits(row.name, operands[k].scalar(), want));
  }
  return array(build::operation(graph::Kind::table, op, types.result, shape, node, count).release());
}

/// Whether the rule needs no conversion for arrays of this dtype.
bool takes(Rule rule, Dtype dtype) {
  switch (rule) {
    case Rule::arithmetic: return dtype != Dtype::boolean;
    case Rule::floating: return kind(dtype) == Kind::floating;
    case Rule::comparison: return true;
    case Rule::logical: return dtype == Dtype::boolean;
    case Rule::choice: return false;
  }
  return false;
}

/// The common case: arrays of one dtype and shape, and scalars, that need no conversion.
array build_row(Opcode op, Rule rule, Operand* operands, int count) {
  graph::Node* first = nullptr;
  for (int k = 0; k < count && !first; ++k) first = operands[k].node();
  if (!first || !takes(rule, first->dtype)) return general(op, operands, count);
  for (int k = 0; k < count; ++k) {
    graph::Node* n = operands[k].node();
    if (n == first) continue;
    if (n ? n->dtype != first->dtype || !(n->shape == first->shape)
          : !operands[k].is_scalar() || operands[k].scalar().kind > kind(first->dtype))
      return general(op, operands, count);
  }
  Dtype dtype = first->dtype, result = rule == Rule::comparison ? Dtype::boolean : dtype;
  Owned node[3];
  for (int k = 0; k < count; ++k) {
    if (operands[k].node()) node[k].adopt(operands[k].release());
    else node[k] = build::constant(dtype, graph::scalar_bits(program::info(op).name, operands[k].scalar(), dtype));
  }
  return array(build::operation(graph::Kind::table, op, result, first->shape, node, count).release());
}

}  // namespace

#define TRIREME_PARAMETERS_1 Operand a
#define TRIREME_PARAMETERS_2 Operand a, Operand b
#define TRIREME_PARAMETERS_3 Operand a, Operand b, Operand c
#define TRIREME_OPERANDS_1 std::move(a)
#define TRIREME_OPERANDS_2 std::move(a), std::move(b)
#define TRIREME_OPERANDS_3 std::move(a), std::move(b), std::move(c)
#define OP(name, arity, rule, expression, doc)                \
  array name(TRIREME_PARAMETERS_##arity) try {                \
    Operand operands[] = {TRIREME_OPERANDS_##arity};          \
    return build_row(Opcode::name, Rule::rule, operands, arity); \
  } catch (const std::bad_alloc&) {                           \
    program::throw_out_of_memory(#name);                      \
  }
#include "trireme/elementwise.def"
#undef OP

array astype(Operand x, Dtype to) try {
  return array(build::cast(build::operand("astype", x), to).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("astype");
}

}  // namespace trireme
