// tests/package/consumer.cpp -- a user's program: computes in threads, catches errors, and checks what it got
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "trireme/trireme.hpp"

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (holds) return;
  std::printf("consumer: %s does not hold\n", what);
  ++failures;
}

}  // namespace

int main() {
  using namespace trireme;
  // 0 + 1 + ... + (n - 1), exact in i64; large enough for all threads.
  const std::int64_t n = 4'000'000;
  expect(sum(arange(n)).item<std::int64_t>() == n * (n - 1) / 2, "the sum of 0 to n - 1");

  // sqrt(x * x + 1): every operation rounds once, as the compiler's does.
  const std::vector<float> values{0.0f, 0.5f, -3.0f, 1e10f};
  const array x = array::from(values, {4});
  const std::vector<float> roots = sqrt(x * x + 1.0f).to_vector<float>();
  for (std::size_t k = 0; k < values.size(); ++k) {
    const volatile float square = values[k] * values[k];
    const volatile float more = square + 1.0f;
    expect(roots[k] == std::sqrt(more), "sqrt(x * x + 1)");
  }
  expect(array::from({0.5, 1.5}).text() == "[0.5 1.5]", "the text of 0.5 and 1.5");

  // The library's exceptions are the user's, whichever C++ runtime threw them, and leave its counts as they were.
  for (int k = 0; k < 2; ++k) {
    bool caught = false;
    try {
      (void)(x + zeros({3}, f32));
    } catch (const error& failure) {
      caught = failure.code() == Code::shape_mismatch && std::strlen(failure.what()) > 0;
      expect(std::current_exception() != nullptr, "an exception being handled");
    }
    expect(caught, "trireme::error with shape_mismatch");
    expect(std::current_exception() == nullptr, "no exception left behind");
  }
  bool caught_base = false;
  try {
    (void)load_npy("/nonexistent/file.npy");
  } catch (const std::runtime_error&) {
    caught_base = true;
  }
  expect(caught_base, "an error as std::runtime_error");
  expect(std::uncaught_exceptions() == 0, "uncaught_exceptions() == 0");

  if (failures == 0) std::puts("consumer: as expected");
  return failures == 0 ? 0 : 1;
}
