// tests/recorded/cases_elementwise.cpp -- the first rows of the table on five dtypes, casts between them, mixed dtypes
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <string_view>
#include <tuple>

#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/reduce.hpp"

namespace trireme::recorded {
namespace {

constexpr Dtype kDtypes[] = {boolean, i32, i64, f32, f64};

/// Made once: what is on a device already need not be copied there again.
const array& shared_operand(Dtype dtype, int arity, int index) {
  static std::map<std::tuple<Dtype, int, int>, array> made;
  const auto [place, fresh] = made.try_emplace({dtype, arity, index});
  if (fresh) place->second = operand(dtype, arity, index);
  return place->second;
}

struct Row {
  const char* name;
  int arity;
  std::string_view rule;
  array (*call)(const array* x);
};

#define TRIREME_CALL_1(name) trireme::name(x[0])
#define TRIREME_CALL_2(name) trireme::name(x[0], x[1])
#define TRIREME_CALL_3(name) trireme::name(x[0], x[1], x[2])
#define OP(name, arity, rule, expression, doc) \
  {#name, arity, #rule, [](const array* x) { return TRIREME_CALL_##arity(name); }},
constexpr Row kRows[] = {
#include "trireme/elementwise.def"
};
#undef OP
#undef TRIREME_CALL_1
#undef TRIREME_CALL_2
#undef TRIREME_CALL_3

/// The rows that cases_dtypes.cpp does not have.
bool is_here(const Row& row) {
  for (const std::string_view name :
       {"add", "subtract", "multiply", "divide", "negative", "abs", "sqrt", "fma", "minimum", "maximum", "exp", "log", "tanh", "equal",
        "not_equal", "less", "less_equal", "greater", "greater_equal", "logical_and", "logical_or", "logical_xor", "logical_not", "where"})
    if (name == row.name) return true;
  return false;
}

bool takes(const Row& row, Dtype dtype) {
  return dtype != boolean || row.rule == "equality" || row.rule == "comparison" || row.rule == "logical" || row.rule == "choice";
}

bool is_quick(const Row& row, Dtype dtype) {
  for (const std::string_view name : {"add", "divide", "sqrt", "fma", "exp", "where"})
    if (name == row.name) return dtype == f32 || dtype == f64;
  return false;
}

array call(const Row& row, Dtype dtype) {
  array x[3];
  for (int k = 0; k < row.arity; ++k) x[k] = shared_operand(row.rule == "choice" && k == 0 ? boolean : dtype, row.arity, k);
  return row.call(x);
}

std::string text(Dtype dtype) { return std::string(name(dtype)); }

}  // namespace

void add_elementwise_cases(std::vector<Case>& cases) {
  for (const Row& row : kRows)
    for (const Dtype dtype : kDtypes)
      if (is_here(row) && takes(row, dtype))
        cases.push_back({std::string(row.name) + "/" + text(dtype), [&row, dtype] { return call(row, dtype); }, is_quick(row, dtype)});

  for (const Dtype from : kDtypes)
    for (const Dtype to : kDtypes)
      if (from != to)
        cases.push_back({"astype/" + text(from) + "/" + text(to), [from, to] { return astype(shared_operand(from, 1, 0), to); },
                         from == f64 && (to == i32 || to == f32)});

  for (const Dtype a : kDtypes)
    for (const Dtype b : kDtypes)
      if (a < b)
        cases.push_back({"maximum/" + text(a) + "/" + text(b),
                         [a, b] { return maximum(shared_operand(a, 2, 0), shared_operand(b, 2, 1)); }, a == i32 && b == f32});
  cases.push_back({"scalar/float32", [] { return (shared_operand(f32, 1, 0) * 0.1 - 3) / 7; }});
  cases.push_back({"scalar/int32", [] { return shared_operand(i32, 1, 0) * 3 - 2147483647; }});
  cases.push_back({"scalar/int64", [] { return 5 - shared_operand(i64, 1, 0) * 3; }});
}

}  // namespace trireme::recorded
