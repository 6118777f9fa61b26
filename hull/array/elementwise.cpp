// hull/array/elementwise.cpp -- the public functions of the table's rows, and astype
// SPDX-License-Identifier: Apache-2.0
#include "trireme/elementwise.hpp"

#include <string>

#include "array/build.hpp"
#include "graph/infer.hpp"
#include "program/out_of_memory.hpp"
#include "program/rule.hpp"
#include "trireme/create.hpp"

namespace trireme {

namespace {

using build::Owned;
using program::Opcode;
using program::Rule;

/// Rows that do nothing to some dtypes: integers are rounded already, real numbers have no imaginary part.
bool returns_operand(Opcode op, Dtype dtype, Owned& operand, array& out) {
  const Rule rule = program::info(op).rule;
  const bool whole = rule == Rule::rounding && kind(dtype) == Kind::integer;
  const bool real = (rule == Rule::component || rule == Rule::conjugate) && kind(dtype) != Kind::complex;
  if (!whole && !real) return false;
  out = op == Opcode::imag ? zeros(operand->shape, dtype) : array(operand.release());
  return true;
}

constexpr bool may_return_operand(Rule rule) {
  return rule == Rule::rounding || rule == Rule::component || rule == Rule::conjugate;
}

/// Everything but the common case: scalars, mixed dtypes, broadcasting, conditions.
[[gnu::noinline]] array general(Opcode op, Operand* const* operands, int count) {
  const program::OpcodeInfo& row = program::info(op);
  Owned node[3];
  bool choice = row.rule == Rule::choice;
  bool any_array = false;
  for (int k = choice; k < count; ++k) any_array |= !operands[k]->is_scalar();
  // Scalars are weak beside arrays; among themselves they act as 0-d arrays of their default dtypes.
  for (int k = choice; k < count; ++k)
    if (!operands[k]->is_scalar() || !any_array) node[k] = build::operand(row.name, *operands[k]);
  if (choice && operands[0]->is_scalar()) {  // any number is a condition, beyond i64 too
    Operand condition(graph::scalar_bits(row.name, operands[0]->scalar(), Dtype::boolean).first != 0);
    node[0] = build::operand(row.name, condition);
  } else if (choice) {
    node[0] = build::operand(row.name, *operands[0]);
  }

  Dtype promoted = Dtype::boolean;
  for (int k = choice; k < count; ++k)
    if (node[k].get()) promoted = promote(promoted, node[k]->dtype);
  for (int k = choice; k < count; ++k)
    if (!node[k].get()) promoted = graph::with_scalar(promoted, operands[k]->scalar().kind);
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
    else node[k] = build::constant(row.name, operands[k]->scalar(), want);
  }
  if (array same; returns_operand(op, types.operand, node[0], same)) return same;
  return array(build::operation(graph::Kind::table, op, types.result, shape, node, count).release());
}

/// The common case: arrays of one dtype and shape, and scalars, that need no conversion.
inline array build_row(Opcode op, Rule rule, Operand* const* operands, int count) {
  graph::Node* first = nullptr;
  for (int k = 0; k < count && !first; ++k) first = operands[k]->node();
  if (!first || rule == Rule::choice || !program::takes_unconverted(rule, first->dtype)) return general(op, operands, count);
  Dtype dtype = first->dtype;
  for (int k = 0; k < count; ++k) {
    graph::Node* n = operands[k]->node();
    if (n == first) continue;
    if (n ? n->dtype != dtype || !(n->shape == first->shape)
          : !operands[k]->is_scalar() || operands[k]->scalar().kind > kind(dtype))
      return general(op, operands, count);
  }
  Owned node[3];
  for (int k = 0; k < count; ++k) {
    if (operands[k]->node()) node[k].adopt(operands[k]->release());
    else node[k] = build::constant(program::info(op).name, operands[k]->scalar(), dtype);
  }
  if (may_return_operand(rule))
    if (array same; returns_operand(op, dtype, node[0], same)) return same;
  Dtype result = program::row_result(rule, dtype);
  return array(build::operation(graph::Kind::table, op, result, first->shape, node, count).release());
}

}  // namespace

#define TRIREME_PARAMETERS_1 Operand a
#define TRIREME_PARAMETERS_2 Operand a, Operand b
#define TRIREME_PARAMETERS_3 Operand a, Operand b, Operand c
#define TRIREME_OPERANDS_1 &a
#define TRIREME_OPERANDS_2 &a, &b
#define TRIREME_OPERANDS_3 &a, &b, &c
#define OP(name, arity, rule, expression, doc)                \
  array name(TRIREME_PARAMETERS_##arity) try {                \
    Operand* const operands[] = {TRIREME_OPERANDS_##arity};   \
    return build_row(Opcode::name, Rule::rule, operands, arity); \
  } catch (const std::bad_alloc&) {                           \
    program::throw_out_of_memory(#name);                      \
  }
#include "trireme/elementwise.def"
#undef OP

array astype(Operand x, Dtype to) try {
  Owned n = build::operand("astype", x);
  if (kind(n->dtype) == Kind::complex && kind(to) != Kind::complex && to != Dtype::boolean)
    throw error(Code::dtype_mismatch, "astype: " + std::string(name(n->dtype)) + " does not become " + std::string(name(to)) +
                                          ", which drops the imaginary part; use real() or abs()");
  return array(build::cast(std::move(n), to).release());
} catch (const std::bad_alloc&) {
  program::throw_out_of_memory("astype");
}

}  // namespace trireme
