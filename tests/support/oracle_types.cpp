// tests/support/oracle_types.cpp -- promotion, weak scalars, casts and broadcasting, stated a second time
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>

#include "support/number.hpp"
#include "support/oracle.hpp"

namespace trireme::test {

Dtype promoted(Dtype a, Dtype b) {
#define PROMOTED(name, ...) {__VA_ARGS__},
#define WEAK(name, ...)
  static constexpr Dtype table[kDtypeCount][kDtypeCount] = {
#include "support/promotion_table.inc"
  };
#undef PROMOTED
#undef WEAK
  return table[static_cast<int>(a)][static_cast<int>(b)];
}

namespace {

// NumPy 2: a Python scalar of a kind above the arrays' brings its kind's default dtype.
Dtype beside_weak(Dtype strong, Kind weak) {
#define PROMOTED(name, ...)
#define WEAK(name, ...) {__VA_ARGS__},
  static constexpr Dtype table[kDtypeCount][4] = {
#include "support/promotion_table.inc"
  };
#undef PROMOTED
#undef WEAK
  return table[static_cast<int>(strong)][static_cast<int>(weak)];
}

std::optional<Dtype> common(const std::vector<OperandType>& operands, std::size_t first) {
  std::optional<Dtype> strong;
  for (std::size_t k = first; k < operands.size(); ++k)
    if (!operands[k].weak) strong = strong ? promoted(*strong, operands[k].dtype) : operands[k].dtype;
  if (!strong) {  // scalars only: they promote as 0-d arrays of their default dtypes do
    strong = boolean;
    for (std::size_t k = first; k < operands.size(); ++k)
      strong = promoted(*strong, beside_weak(boolean, operands[k].kind));
    return strong;
  }
  for (std::size_t k = first; k < operands.size(); ++k)
    if (operands[k].weak) strong = beside_weak(*strong, operands[k].kind);
  return strong;
}

// What rules take and give, in columns: b(ool), i(nteger), f(loat), c(omplex) as they are; d: made f64 first; "-":
// error.
struct Rule {
  std::string_view name, taken;
  char result;  // s(ame), b(ool), p(art)
};
constexpr Rule kRules[] = {
    {"arithmetic", "-ifc", 's'}, {"analytic", "-dfc", 's'}, {"transcendental", "-dfc", 's'},  {"floating", "-df-", 's'}, {"elementary", "-df-", 's'}, {"power", "-ifc", 's'}, {"ordered", "-if-", 's'},
    {"magnitude", "-ifc", 'p'},  {"rounding", "-if-", 's'},  {"integral", "-i--", 's'}, {"bitwise", "bi--", 's'},
    {"classify", "-ifc", 'b'},   {"predicate", "-if-", 'b'}, {"equality", "bifc", 'b'}, {"comparison", "bif-", 'b'},
    {"component", "bifc", 'p'},  {"conjugate", "bifc", 's'},
};

std::optional<RowTypes> types_of(Row row, const std::vector<OperandType>& operands) {
  const std::string_view rule = info(row).rule;
  const std::size_t count = operands.size();
  if (rule == "logical") return RowTypes{std::vector<Dtype>(count, boolean), boolean};
  if (rule == "choice") {
    const Dtype work = *common(operands, 1);
    return RowTypes{{boolean, work, work}, work};
  }
  Dtype work = *common(operands, 0);
  if (rule == "pairing") {
    if (work == boolean || kind(work) == Kind::complex) return std::nullopt;
    if (kind(work) == Kind::integer) work = f64;
    if (work == f16 || work == bf16) work = f32;
    return RowTypes{std::vector<Dtype>(count, work), work == f32 ? complex64 : complex128};
  }
  for (const Rule& r : kRules) {
    if (r.name != rule) continue;
    const char taken = r.taken[static_cast<std::size_t>(kind(work))];
    if (taken == '-') return std::nullopt;
    if (taken == 'd') work = f64;
    const Dtype part = work == complex64 ? f32 : work == complex128 ? f64 : work;
    return RowTypes{std::vector<Dtype>(count, work), r.result == 'b' ? boolean : r.result == 'p' ? part : work};
  }
  throw std::logic_error("row_types: unknown rule");
}

}  // namespace

std::optional<RowTypes> row_types(Row row, const std::vector<OperandType>& operands) {
  auto types = types_of(row, operands);
  if (types)
    types->alone = std::all_of(operands.begin() + (row == Row::where), operands.end(),
                               [](const OperandType& o) { return o.weak; });
  return types;
}

std::optional<Bits> expected_cast(Dtype from, Dtype to, Bits bits) {
  if (from == to) return bits;
  if (kind(from) == Kind::complex && kind(to) != Kind::complex && to != boolean) return std::nullopt;
  return encoded(to, decoded(from, bits), kind(from) <= Kind::integer);
}

namespace {

std::optional<Bits> scalar_bits(Scalar scalar, Dtype dtype) {
  const bool whole = scalar.kind <= Kind::integer;
  Number number;
  if (!whole)
    number = {scalar.floating, scalar.imaginary};
  else if (scalar.above_i64)
    number.re = static_cast<long double>(static_cast<std::uint64_t>(scalar.integer));
  else
    number.re = static_cast<long double>(scalar.integer);
  const Bits bits = encoded(dtype, number, whole);
  if (whole && kind(dtype) == Kind::integer && decoded(dtype, bits).re != number.re) return std::nullopt;
  return bits;
}

}  // namespace

std::optional<Bits> expected_scalar(Row row, const RowTypes& types, std::size_t k, Scalar scalar) {
  const bool condition = row == Row::where && k == 0;
  if (condition || !types.alone) return scalar_bits(scalar, types.operands[k]);
  const Dtype usual = beside_weak(boolean, scalar.kind);
  const auto bits = scalar_bits(scalar, usual);
  return bits ? expected_cast(usual, types.operands[k], *bits) : std::nullopt;
}

std::string scalar_text(Scalar s) {
  switch (s.kind) {
    case Kind::boolean:
      return s.integer ? "true" : "false";
    case Kind::integer:
      return s.above_i64 ? std::to_string(static_cast<std::uint64_t>(s.integer)) : std::to_string(s.integer);
    case Kind::floating:
      return element_text(f64, to_bits(s.floating));
    case Kind::complex:
      return element_text(complex128, complex_bits(complex128, to_bits(s.floating), to_bits(s.imaginary)));
  }
  return "?";
}

std::optional<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  const int rank = std::max(a.rank(), b.rank());
  Shape out;
  for (int k = 0; k < rank; ++k) {
    const int ka = k - (rank - a.rank()), kb = k - (rank - b.rank());
    const std::int64_t ea = ka < 0 ? 1 : a[ka], eb = kb < 0 ? 1 : b[kb];
    if (ea != eb && ea != 1 && eb != 1) return std::nullopt;
    out.push_back(ea == 1 ? eb : ea);
  }
  return out;
}

std::int64_t broadcast_index(const Shape& from, const Shape& to, std::int64_t flat) {
  if (from == to) return flat;
  std::int64_t index = 0, scale = 1;
  for (int k = to.rank() - 1; k >= 0; --k) {
    const std::int64_t at = flat % to[k];
    flat /= to[k];
    const int kf = k - (to.rank() - from.rank());
    if (kf < 0) continue;
    if (from[kf] != 1) index += scale * at;
    scale *= from[kf];
  }
  return index;
}

namespace {

template <std::size_t arity>
struct Expand;
template <>
struct Expand<1> {
  static array of(auto f, std::vector<Operand>& x) { return f(std::move(x[0])); }
};
template <>
struct Expand<2> {
  static array of(auto f, std::vector<Operand>& x) { return f(std::move(x[0]), std::move(x[1])); }
};
template <>
struct Expand<3> {
  static array of(auto f, std::vector<Operand>& x) { return f(std::move(x[0]), std::move(x[1]), std::move(x[2])); }
};

}  // namespace

array apply(Row row, std::vector<Operand> operands) {
  switch (row) {
#define OP(name, arity, rule, expression, doc) \
  case Row::name:                              \
    return Expand<arity>::of([](auto... x) { return trireme::name(std::move(x)...); }, operands);
#include "trireme/elementwise.def"
#undef OP
  }
  throw std::logic_error("apply: unknown row");
}

}  // namespace trireme::test
