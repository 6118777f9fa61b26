// tests/recorded/cases_fused.cpp -- expressions of many operations: what fusion, contraction or reordering would change
// SPDX-License-Identifier: Apache-2.0
#include "recorded/cases.hpp"
#include "recorded/inputs.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/reduce.hpp"

namespace trireme::recorded {
namespace {

array vector(Dtype dtype, std::uint64_t seed) { return random(dtype, {kRandom + 7}, seed); }

array polynomial(Dtype dtype) {
  const array x = tanh(vector(dtype, 4001));
  array y = x * 0.1 + 1;
  for (int k = 2; k < 12; ++k) y = y * x + 1.0 / k;  // a contraction anywhere shows
  return y;
}

array normalised(Dtype dtype) {
  const array x = random(dtype, {211, 1003}, 4002);
  const array centred = x - mean(x, {1}, true);
  return centred / sqrt(mean(centred * centred, {1}, true) + 1e-5);
}

array softmax(Dtype dtype) {
  const array x = random(dtype, {97, 513}, 4003);
  const array e = exp(x - max(x, {1}, true));
  return e / sum(e, {1}, true);
}

array stencil_steps(Dtype dtype, int steps) {
  array x = random(dtype, {130, 257}, 4004);
  for (int k = 0; k < steps; ++k) x = x + (roll(x, 1, 0) + roll(x, -1, 0) + roll(x, 1, 1) + roll(x, -1, 1) - x * 4) * 0.1;
  return x;
}

array loop_carried(Dtype dtype) {
  const array c = vector(dtype, 4005);
  array b = vector(dtype, 4006);
  for (int k = 0; k < 40; ++k) b = b * 0.75 + c;
  return b;
}

/// Longer than one program may be.
array long_chain(Dtype dtype) {
  array x = vector(dtype, 4007);
  const array y = vector(dtype, 4008);
  for (int k = 0; k < 60; ++k)
    x = k % 3 == 0 ? x * 0.5 + y : k % 3 == 1 ? maximum(x, y) - minimum(x, y) * 0.25 : where(x < y, sqrt(abs(x)), x * y / (y + 3));
  return x;
}

array kept_intermediates(Dtype dtype, int which) {
  const array x = vector(dtype, 4009);
  const array a = x * x + 1, b = sqrt(a), c = b - exp(-abs(x)), total = sum(c);
  total.eval();
  return which == 0 ? b * 1 : which == 1 ? c / total : total * 2;
}

}  // namespace

void add_fused_cases(std::vector<Case>& cases) {
  for (const Dtype dtype : {f32, f64}) {
    const std::string end = "/" + std::string(name(dtype));
    const bool quick = dtype == f32;
    cases.push_back({"fused/polynomial" + end, [dtype] { return polynomial(dtype); }, quick});
    cases.push_back({"fused/logistic" + end, [dtype] { return 1 / (1 + exp(-vector(dtype, 4010))); }});
    cases.push_back({"fused/log_of_sum_of_squares" + end,
                     [dtype] { return log(vector(dtype, 4011) * vector(dtype, 4011) + vector(dtype, 4012) * vector(dtype, 4012)); }});
    cases.push_back({"fused/fma_beside_product_and_sum" + end, [dtype] {
                       const array x = vector(dtype, 4013), y = vector(dtype, 4014), z = vector(dtype, 4015);
                       return fma(x, y, z) - (x * y + z);
                     }, quick});
    cases.push_back({"fused/sum_of_expression" + end, [dtype] {
                       const array x = random(dtype, {1'000'003}, 4016);
                       return sum(sqrt(x * x + 1) - exp(-abs(x)));
                     }, quick});
    cases.push_back({"fused/normalised" + end, [dtype] { return normalised(dtype); }});
    cases.push_back({"fused/softmax" + end, [dtype] { return softmax(dtype); }, quick});
    cases.push_back({"fused/stencil_steps" + end, [dtype] { return stencil_steps(dtype, 3); }});
    cases.push_back({"fused/loop_carried" + end, [dtype] { return loop_carried(dtype); }});
    cases.push_back({"fused/long_chain" + end, [dtype] { return long_chain(dtype); }});
    cases.push_back({"fused/kept_root" + end, [dtype] { return kept_intermediates(dtype, 0); }});
    cases.push_back({"fused/kept_difference" + end, [dtype] { return kept_intermediates(dtype, 1); }});
    cases.push_back({"fused/kept_total" + end, [dtype] { return kept_intermediates(dtype, 2); }});
    cases.push_back({"fused/outer_product_sum" + end, [dtype] {
                       return sum(random(dtype, {301, 1}, 4017) * random(dtype, {1, 1103}, 4018), {0});
                     }});
  }
  cases.push_back({"fused/mixed_dtypes", [] {
                     const array i = vector(i32, 4019), x = vector(f32, 4020), d = vector(f64, 4021);
                     return astype(astype(x * 1000, i32) + i, f64) / 3 + where(i > 0, d, x);
                   }, true});
  cases.push_back({"fused/integers", [] {
                     const array i = vector(i32, 4022), j = vector(i64, 4023);
                     return abs(i * i - 7) + maximum(j * j, i) - minimum(i, j);
                   }});
  cases.push_back({"fused/count", [] { return sum((vector(f32, 4024) > 0.25) & !(vector(f32, 4025) < vector(f32, 4026))); }});
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  add_elementwise_cases(cases);
  add_reduction_cases(cases);
  add_view_cases(cases);
  add_fused_cases(cases);
  add_dtype_cases(cases);
  return cases;
}

}  // namespace trireme::recorded
