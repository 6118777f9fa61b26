// tests/recorded/cases_mathematics.cpp -- every function of real numbers on 10^7 operands, and on fewer for every day
// SPDX-License-Identifier: Apache-2.0
//
// The operands begin with all (pairs of) special values and 10^5 of any bits; of the others half have any bits and half lie
// between 2^-20 and 2^20, where most functions are neither 0 nor infinite.
#include <map>
#include <tuple>

#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/manipulate.hpp"

namespace trireme::recorded {
namespace {

constexpr std::int64_t kFew = 150'000, kMany = 10'000'000;

/// One count at a time is kept: the large ones take 40 or 80 MB each.
const array& mathematics_operand(Dtype dtype, int arity, int index, std::int64_t count) {
  static std::map<std::tuple<Dtype, int, int>, array> made;
  array& kept = made[{dtype, arity, index}];
  if (kept.size() == count) return kept;
  const array first = operand(dtype, arity, index);
  const std::int64_t rest = count - first.size(), any = rest / 2;
  const auto seed = static_cast<std::uint64_t>(1000 + index);
  return kept = concat({first, random(dtype, {any}, seed, Values::any), random(dtype, {rest - any}, seed + 10, Values::moderate)});
}

struct Function {
  const char* name;
  int arity;
  array (*call)(const array* x);
};

#define ONE(name) {#name, 1, [](const array* x) { return trireme::name(x[0]); }}
#define TWO(name) {#name, 2, [](const array* x) { return trireme::name(x[0], x[1]); }}
constexpr Function kFunctions[] = {
    ONE(exp),       ONE(exp2),      ONE(expm1),        ONE(log),       ONE(log2),   ONE(log10),    ONE(log1p),   TWO(logaddexp),
    TWO(pow),       ONE(sqrt),      ONE(rsqrt),        ONE(cbrt),      TWO(hypot),  ONE(sin),      ONE(cos),     ONE(tan),
    ONE(asin),      ONE(acos),      ONE(atan),         TWO(atan2),     ONE(sinh),   ONE(cosh),     ONE(tanh),    ONE(asinh),
    ONE(acosh),     ONE(atanh),     ONE(sinpi),        ONE(cospi),     ONE(erf),    ONE(erfc),     ONE(erfinv),  ONE(lgamma),
    ONE(tgamma),    ONE(digamma),   ONE(expit),        ONE(log_expit), ONE(sinc),   TWO(fmod),     TWO(remainder), TWO(floor_divide),
    TWO(nextafter), TWO(ldexp),     ONE(round),        ONE(degrees),   ONE(radians), TWO(heaviside), ONE(i0),    TWO(divide),
    TWO(copysign)};
#undef ONE
#undef TWO

}  // namespace

std::vector<Case> mathematics_cases() {
  std::vector<Case> cases;
  for (const std::int64_t count : {kFew, kMany})
    for (const Function& function : kFunctions)
      for (const Dtype dtype : {f32, f64})
        cases.push_back({std::string(function.name) + "/" + std::string(name(dtype)) + "/" + std::to_string(count),
                         [&function, dtype, count] {
                           array x[2];
                           for (int k = 0; k < function.arity; ++k) x[k] = mathematics_operand(dtype, function.arity, k, count);
                           return function.call(x);
                         },
                         count == kFew});
  return cases;
}

}  // namespace trireme::recorded
