// tests/math/reference.cpp -- the functions of functions.def by the C library, by MPFR and by scalar code
// SPDX-License-Identifier: Apache-2.0
#include "math/reference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "math/rows.hpp"
#include "support/real_functions.hpp"

namespace trireme::math_test {
namespace {

namespace real = test::real;

constexpr mpfr_prec_t kDigits = 160;

/// A number for as long as a call takes.
class Temporary {
 public:
  explicit Temporary(mpfr_prec_t digits) { mpfr_init2(value_, digits); }
  ~Temporary() { mpfr_clear(value_); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  operator mpfr_ptr() { return value_; }

 private:
  mpfr_t value_;
};

/// sin(pi x + shift pi / 2); a zero of the sine itself has the sign of x, others are +0.
void sine_of_half_turns(mpfr_ptr result, mpfr_srcptr x, int shift) {
  if (!mpfr_number_p(x)) return mpfr_set_nan(result);
  Temporary r(1200), two(2), quarters(1200);
  mpfr_set_ui(two, 2, MPFR_RNDN);
  mpfr_remainder(r, x, two, MPFR_RNDN);  // exact
  mpfr_mul_ui(quarters, r, 2, MPFR_RNDN);
  if (mpfr_integer_p(quarters)) {
    constexpr int kSines[] = {0, 1, 0, -1};
    const int sine = kSines[((mpfr_get_si(quarters, MPFR_RNDN) + shift) % 4 + 4) % 4];
    mpfr_set_si(result, sine, MPFR_RNDN);
    if (sine == 0 && shift == 0) mpfr_setsign(result, result, mpfr_signbit(x), MPFR_RNDN);
    return;
  }
  Temporary angle(kDigits + 60);
  mpfr_const_pi(angle, MPFR_RNDN);
  mpfr_mul(angle, angle, r, MPFR_RNDN);
  if (shift == 0) mpfr_sin(result, angle, MPFR_RNDN);
  else mpfr_cos(result, angle, MPFR_RNDN);
}
void sine_of_half_turns(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t) { sine_of_half_turns(result, x, 0); }
void cosine_of_half_turns(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t) { sine_of_half_turns(result, x, 1); }

void reciprocal_root(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  mpfr_rec_sqrt(result, x, rounding);
  if (mpfr_zero_p(x)) mpfr_setsign(result, result, mpfr_signbit(x), rounding);
}

void sinc_exactly(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_zero_p(x)) return void(mpfr_set_ui(result, 1, rounding));
  sine_of_half_turns(result, x, 0);
  Temporary angle(kDigits + 60);
  mpfr_const_pi(angle, MPFR_RNDN);
  mpfr_mul(angle, angle, x, MPFR_RNDN);
  mpfr_div(result, result, angle, rounding);
}

void times_pi_over_180(mpfr_ptr result, mpfr_srcptr x, bool inverse) {
  Temporary factor(kDigits + 60);
  mpfr_const_pi(factor, MPFR_RNDN);
  mpfr_div_ui(factor, factor, 180, MPFR_RNDN);
  if (inverse) mpfr_div(result, x, factor, MPFR_RNDN);
  else mpfr_mul(result, x, factor, MPFR_RNDN);
}
void to_degrees(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t) { times_pi_over_180(result, x, true); }
void to_radians(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t) { times_pi_over_180(result, x, false); }

/// exp(-x), which MPFR's exponents do not hold for an x beyond 2^60: there it stands for 0 or an infinity anyway.
void exp_of_minus(mpfr_ptr result, mpfr_srcptr x) {
  mpfr_neg(result, x, MPFR_RNDN);
  mpfr_exp(result, result, MPFR_RNDN);
}
void logistic(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  Temporary power(kDigits + 60);
  exp_of_minus(power, x);
  mpfr_add_ui(power, power, 1, MPFR_RNDN);
  mpfr_ui_div(result, 1, power, rounding);
}
void log_of_logistic(mpfr_ptr result, mpfr_srcptr x, mpfr_rnd_t rounding) {
  if (mpfr_cmp_si(x, -1000) < 0) return void(mpfr_set(result, x, rounding));  // less exp x
  Temporary power(kDigits + 60);
  exp_of_minus(power, x);
  mpfr_log1p(result, power, rounding);
  mpfr_neg(result, result, rounding);
}

void log_of_sum(mpfr_ptr result, mpfr_srcptr a, mpfr_srcptr b, mpfr_rnd_t rounding) {
  if (mpfr_nan_p(a) || mpfr_nan_p(b)) return mpfr_set_nan(result);
  const mpfr_srcptr larger = mpfr_greater_p(a, b) ? a : b, smaller = larger == a ? b : a;
  if (mpfr_inf_p(larger)) return void(mpfr_set(result, larger, rounding));
  Temporary distance(2200), rest(400);
  mpfr_sub(distance, smaller, larger, MPFR_RNDN);
  mpfr_exp(rest, distance, MPFR_RNDN);
  mpfr_log1p(rest, rest, MPFR_RNDN);
  mpfr_add(result, larger, rest, rounding);
}

constexpr FunctionInfo kInfo[] = {
#define UNARY(name, reference, mpfr, bound_f32, bound_f64, low, high) {#name, 1, bound_f32, bound_f64, low, high},
#define BINARY(name, reference, mpfr, bound_f32, bound_f64) {#name, 2, bound_f32, bound_f64, 0, 0},
#include "math/functions.def"
#undef UNARY
#undef BINARY
};

template <class T>
T scalar_of(int function, T x, T y) {
  const math::Scalar<T> a(x), b(y);
  switch (function) {
#define UNARY(name, reference, mpfr, bound_f32, bound_f64, low, high) \
  case f_##name:                                                      \
    return math::name(a).value;
#define BINARY(name, reference, mpfr, bound_f32, bound_f64) \
  case f_##name:                                            \
    return math::name(a, b).value;
#include "math/functions.def"
#undef UNARY
#undef BINARY
    default:
      return x;
  }
}

template <class T>
T reference_of(int function, T a, T b) {
  switch (function) {
#define UNARY(name, reference, mpfr, bound_f32, bound_f64, low, high) \
  case f_##name:                                                      \
    return reference(a);
#define BINARY(name, reference, mpfr, bound_f32, bound_f64) \
  case f_##name:                                            \
    return reference(a, b);
#include "math/functions.def"
#undef UNARY
#undef BINARY
    default:
      return a;
  }
}

}  // namespace

const FunctionInfo& function_info(int function) { return kInfo[function]; }

std::vector<Level> usable_levels() {
#if defined(__aarch64__)
  std::vector<Level> levels = {{"neon", {}}};
  cpu::neon::fill_functions(levels[0].functions);
#else
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  bool avx512 = avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
                __builtin_cpu_supports("avx512vl");
  std::vector<Level> levels = {{"baseline", {}}};
  cpu::baseline::fill_functions(levels[0].functions);
  if (avx2) levels.push_back({"avx2", {}}), cpu::avx2::fill_functions(levels.back().functions);
  if (avx512) levels.push_back({"avx512", {}}), cpu::avx512::fill_functions(levels.back().functions);
#endif
  return levels;
}

float scalar(int function, float a, float b) { return scalar_of(function, a, b); }
double scalar(int function, double a, double b) { return scalar_of(function, a, b); }
double reference(int function, double a, double b) { return reference_of(function, a, b); }
long double reference(int function, long double a, long double b) { return reference_of(function, a, b); }

Exact::Exact() {
  mpfr_init2(value_, kDigits);
  mpfr_inits2(53, a_, b_, static_cast<mpfr_ptr>(nullptr));
}
Exact::~Exact() { mpfr_clears(value_, a_, b_, static_cast<mpfr_ptr>(nullptr)); }

void Exact::set(int function, double a, double b) {
  mpfr_set_d(a_, a, MPFR_RNDN);
  mpfr_set_d(b_, b, MPFR_RNDN);
  switch (function) {
#define UNARY(name, reference, mpfr, bound_f32, bound_f64, low, high) \
  case f_##name:                                                      \
    mpfr(value_, a_, MPFR_RNDN);                                      \
    break;
#define BINARY(name, reference, mpfr, bound_f32, bound_f64) \
  case f_##name:                                            \
    mpfr(value_, a_, b_, MPFR_RNDN);                        \
    break;
#include "math/functions.def"
#undef UNARY
#undef BINARY
    default:
      break;
  }
}

double Exact::error(double y, double size) {
  // Scaled while it is exact: near the subnormals neither the error nor its ulp may round.
  Temporary distance(kDigits);
  mpfr_sub_d(distance, value_, y, MPFR_RNDN);
  mpfr_div_d(distance, distance, ulp_at<double>(size), MPFR_RNDN);
  return std::fabs(mpfr_get_d(distance, MPFR_RNDN));
}

/// By the bits, as the long run asks for it 10^11 times.
template <class T>
double ulp_at(double y) {
  using L = std::numeric_limits<T>;
  int biased = static_cast<int>(__builtin_bit_cast(std::uint64_t, y) >> 52 & 0x7FF);
  int exponent = std::max(biased - 1023, L::min_exponent - 1) - (L::digits - 1);
  if (exponent < -1022) return std::ldexp(1.0, exponent);
  return __builtin_bit_cast(double, static_cast<std::uint64_t>(exponent + 1023) << 52);
}
template double ulp_at<float>(double);
template double ulp_at<double>(double);

}  // namespace trireme::math_test
