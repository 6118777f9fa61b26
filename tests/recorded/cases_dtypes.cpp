// tests/recorded/cases_dtypes.cpp -- rows, casts, reductions, fused expressions: narrow, unsigned and complex dtypes
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string_view>
#include <tuple>

#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "support/oracle.hpp"
#include "trireme/create.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/reduce.hpp"

namespace trireme::recorded {
namespace {

using test::kDtypes;
using test::Reduction;
using test::Row;

std::string text(Dtype dtype) { return std::string(name(dtype)); }

bool is_first_dtype(Dtype d) { return d == boolean || d == i32 || d == i64 || d == f32 || d == f64; }

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  for (const std::string_view other : names)
    if (name == other) return true;
  return false;
}

/// Made once: what is on a device already need not be copied there again.
const array& shared_operand(Dtype dtype, int arity, int index) {
  static std::map<std::tuple<Dtype, int, int>, array> made;
  const auto [place, fresh] = made.try_emplace({dtype, arity, index});
  if (fresh) place->second = operand(dtype, arity, index);
  return place->second;
}

array call(Row row, Dtype dtype) {
  std::vector<Operand> operands;
  for (int k = 0; k < test::info(row).arity; ++k)
    operands.emplace_back(shared_operand(row == Row::where && k == 0 ? boolean : dtype, test::info(row).arity, k));
  return test::apply(row, std::move(operands));
}

/// Rows that compute something on this dtype without a conversion first.
bool works_on(Row row, Dtype dtype) {
  const test::RowInfo& what = test::info(row);
  if (is_one_of(what.rule, {"component", "conjugate"}) && kind(dtype) != Kind::complex) return false;
  if (is_one_of(what.rule, {"rounding"}) && kind(dtype) == Kind::integer) return false;
  const auto types = test::row_types(
      row, std::vector<test::OperandType>(static_cast<std::size_t>(what.arity), {false, dtype, kind(dtype)}));
  return types && types->operands.back() == dtype;
}

/// On the first five dtypes the rows that cases_elementwise.cpp lacks, on some dtypes every row, on the others a few.
bool is_chosen(Row row, Dtype dtype) {
  const std::string_view name = test::info(row).name;
  const bool arithmetic = is_one_of(name, {"add", "multiply", "divide", "floor_divide", "remainder", "abs", "minimum",
                                           "bitwise_invert", "bitwise_left_shift", "bitwise_right_shift", "less"});
  // Of integers these are what they are of any other, and of each other's negations one is enough.
  if (is_one_of(name, {"isnan", "isinf", "isfinite", "fmin", "fmax", "signbit"}) && kind(dtype) == Kind::integer)
    return false;
  if (is_one_of(name, {"not_equal", "greater", "greater_equal", "subtract"}) && kind(dtype) != Kind::complex)
    return false;
  switch (dtype) {
    case Dtype::i8:
    case Dtype::u16:
    case Dtype::u64:
    case Dtype::f16:
    case Dtype::bf16:
    case Dtype::complex64:
      return true;
    case Dtype::i16:
    case Dtype::u8:
    case Dtype::u32:
      return arithmetic;
    case Dtype::complex128:
      return arithmetic || is_one_of(test::info(row).rule, {"analytic", "transcendental", "power"});
    case Dtype::boolean:
      return is_one_of(name, {"bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_invert"});
    default:
      return !is_one_of(name, {"add",           "subtract",    "multiply",   "divide",      "negative",    "abs",
                               "sqrt",          "fma",         "minimum",    "maximum",     "exp",         "log",
                               "tanh",          "equal",       "not_equal",  "less",        "less_equal",  "greater",
                               "greater_equal", "logical_and", "logical_or", "logical_xor", "logical_not", "where"});
  }
}

bool is_cast(Dtype from, Dtype to) {
  if (from == to || (is_first_dtype(from) && is_first_dtype(to))) return false;
  if (kind(from) == Kind::complex) return kind(to) == Kind::complex || to == boolean;
  const bool to_half = to == f16 || to == bf16;
  if (to_half && (from == f32 || from == f64 || from == i64 || from == u64)) return true;
  return (static_cast<int>(from) * 4 + static_cast<int>(to) * 3) % 5 == 0;  // a fifth of them
}

void add_reductions(const std::function<void(std::string, std::function<array()>)>& add) {
  struct Form {
    const char* name;
    Shape shape;
    int axis;
  };
  std::uint64_t seed = 5000;
  for (const Form& form : {Form{"23x9001_last", {23, 9001}, 1}, Form{"2100x41_first", {2100, 41}, 0}})
    for (const Reduction r : test::kReductions)
      for (const Dtype d : {i32, f32, f64, u8, i16, u64, f16, bf16, complex64, complex128}) {
        ++seed;
        const bool first = r == Reduction::sum || r == Reduction::mean || r == Reduction::min || r == Reduction::max;
        const bool few = (d == i16 || d == complex128 || d == u64) && form.axis == 0;
        if (!test::reduction_dtype(r, d) || few || (first && (d == i32 || d == f32 || d == f64))) continue;
        add(std::string(test::name(r)) + "/" + form.name + "/" + text(d), [=] {
          array x = random(d, form.shape, seed);
          if (r == Reduction::prod && kind(d) >= Kind::floating)
            x = x * 1e-3 + 1;  // stays away from both ends of the range
          const array result = test::apply(r, x, {form.axis}, false, r == Reduction::stddev ? 1 : 0);
          return r == Reduction::prod && kind(d) == Kind::complex ? result * 1 : result;  // computed already, else
        });
      }
}

array vector(Dtype dtype, std::uint64_t seed) { return random(dtype, {kRandom + 7}, seed); }

void add_fused(const std::function<void(std::string, std::function<array()>)>& add) {
  for (const Dtype d : {f16, bf16}) {
    add("fused/polynomial/" + text(d), [d] {
      const array x = tanh(vector(d, 6001));
      array y = x * 0.1 + 1;
      for (int k = 2; k < 9; ++k) y = y * x + 1.0 / k;  // rounds to 16 bits after each operation
      return y;
    });
    add("fused/softmax/" + text(d), [d] {
      const array x = random(d, {97, 513}, 6002), e = exp(x - max(x, {1}, true));
      return e / sum(e, {1}, true);
    });
  }
  add("fused/escape_time/complex64", [] {
    const array c = vector(complex64, 6003) * 0.5;
    array z = c, count = zeros(c.shape(), i32);
    for (int k = 0; k < 8; ++k) {
      count = count + astype(abs(z) < 2, i32);
      z = z * z + c;
    }
    return count;
  });
  add("fused/moebius/complex128", [] {
    const array z = vector(complex128, 6004);
    return (z * std::complex<double>(1, 2) + 3) / (conj(z) - std::complex<double>(0.5, 0.25));
  });
  add("fused/xorshift/uint32", [] {
    array x = random(u32, {kRandom}, 6005, Values::any);
    for (int k = 0; k < 3; ++k) {
      x = x ^ (x << 13);
      x = x ^ (x >> 17);
      x = x ^ (x << 5);
    }
    return x;
  });
  add("fused/mixed_narrow", [] {
    return astype(vector(i8, 6006) * vector(u8, 6007) + vector(u16, 6008), f16) * vector(bf16, 6009) -
           vector(f16, 6010);
  });
  add("fused/division/int64", [] {
    const array a = random(i64, {kRandom}, 6011, Values::any), b = vector(i64, 6012).slice({{0, kRandom}});
    return (a - a % b) - floor_divide(a, b) * b;
  });
}

}  // namespace

void add_dtype_cases(std::vector<Case>& cases) {
  const auto add = [&](std::string name, std::function<array()> build) {
    cases.push_back({std::move(name), std::move(build)});
  };
  for (int k = 0; k < test::kRowCount; ++k)
    for (const Dtype d : kDtypes)
      if (const Row row = static_cast<Row>(k); works_on(row, d) && is_chosen(row, d))
        add(std::string(test::info(row).name) + "/" + text(d), [row, d] { return call(row, d); });
  for (const Dtype from : kDtypes)
    for (const Dtype to : kDtypes)
      if (is_cast(from, to))
        add("astype/" + text(from) + "/" + text(to), [from, to] { return astype(shared_operand(from, 1, 0), to); });
  for (const auto& [a, b] : {std::pair(i8, u8),
                             {u32, i32},
                             {u64, i8},
                             {f16, bf16},
                             {f16, u16},
                             {bf16, i8},
                             {f32, complex64},
                             {i64, complex64}})
    add("add/" + text(a) + "/" + text(b), [a = a, b = b] { return shared_operand(a, 2, 0) + shared_operand(b, 2, 1); });
  add_reductions(add);
  add_fused(add);
}

}  // namespace trireme::recorded
