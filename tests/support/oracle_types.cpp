// tests/support/oracle_types.cpp -- promotion, weak scalars, casts and broadcasting, stated a second time
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "support/oracle.hpp"

namespace trireme::test {

Dtype promoted(Dtype a, Dtype b) {
  // Rows and columns: bool i32 i64 f32 f64. numpy.result_type of NumPy 2 gives this table.
  static constexpr Dtype table[5][5] = {{boolean, i32, i64, f32, f64},
                                        {i32, i32, i64, f64, f64},
                                        {i64, i64, i64, f64, f64},
                                        {f32, f64, f64, f32, f64},
                                        {f64, f64, f64, f64, f64}};
  return table[static_cast<int>(a)][static_cast<int>(b)];
}

namespace {

// NumPy 2: a Python scalar of a kind above the arrays' brings its kind's default dtype.
Dtype beside_weak(Dtype strong, Kind weak) {
  static constexpr Dtype table[5][3] = {
      {boolean, i64, f64}, {i32, i32, f64}, {i64, i64, f64}, {f32, f32, f32}, {f64, f64, f64}};
  return table[static_cast<int>(strong)][static_cast<int>(weak)];
}

std::optional<Dtype> common(const std::vector<OperandType>& operands, std::size_t first) {
  std::optional<Dtype> strong;
  for (std::size_t k = first; k < operands.size(); ++k)
    if (!operands[k].weak) strong = strong ? promoted(*strong, operands[k].dtype) : operands[k].dtype;
  if (!strong) strong = boolean;  // scalars only: they promote as 0-d arrays of their default dtypes would
  for (std::size_t k = first; k < operands.size(); ++k)
    if (operands[k].weak) strong = beside_weak(*strong, operands[k].kind);
  return strong;
}

}  // namespace

std::optional<RowTypes> row_types(Row row, const std::vector<OperandType>& operands) {
  const std::string_view rule = info(row).rule;
  const std::size_t count = operands.size();
  if (rule == "logical") return RowTypes{std::vector<Dtype>(count, boolean), boolean};
  if (rule == "choice") {
    const Dtype work = *common(operands, 1);
    return RowTypes{{boolean, work, work}, work};
  }
  Dtype work = *common(operands, 0);
  if (rule == "comparison") return RowTypes{std::vector<Dtype>(count, work), boolean};
  if (work == boolean) return std::nullopt;
  if (rule == "floating" && kind(work) == Kind::integer) work = f64;
  return RowTypes{std::vector<Dtype>(count, work), work};
}

namespace {

template <class To, class From>
To cast(From value) {
  if constexpr (std::is_same_v<To, bool>) {
    return !(value == From(0));
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    if (std::isnan(value)) return 0;
    // The bounds are powers of two, so the comparisons are exact; beyond them the ends.
    if (value >= std::ldexp(From(1), 8 * sizeof(To) - 1)) return std::numeric_limits<To>::max();
    if (value < -std::ldexp(From(1), 8 * sizeof(To) - 1)) return std::numeric_limits<To>::min();
    return static_cast<To>(static_cast<std::int64_t>(std::trunc(static_cast<long double>(value))));
  } else if constexpr (std::is_same_v<From, std::int64_t> && std::is_same_v<To, std::int32_t>) {
    return static_cast<To>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) & 0xffffffffu));
  } else {
    // A long double holds every i64 and f64, so there is one rounding.
    static_assert(std::numeric_limits<long double>::digits >= 64);
    return static_cast<To>(static_cast<long double>(value));
  }
}

}  // namespace

Bits expected_cast(Dtype from, Dtype to, Bits bits) {
  if (from == to) return bits;
  return visit(from, [=]<class F>(F) {
    return visit(to, [=]<class T>(T) { return to_bits<T>(cast<T, F>(from_bits<F>(bits))); });
  });
}

Bits expected_scalar(Scalar scalar, Dtype dtype) {
  if (scalar.kind == Kind::floating) return expected_cast(f64, dtype, to_bits(scalar.floating));
  return expected_cast(i64, dtype, to_bits(scalar.integer));
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
