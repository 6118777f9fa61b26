// tests/support/compare.cpp -- assertions on bits, in which one NaN is as good as another
// SPDX-License-Identifier: Apache-2.0
#include "support/compare.hpp"

#include "support/number.hpp"

namespace trireme::test {

bool same(Dtype dtype, Bits a, Bits b) {
  if (a == b) return true;
  switch (kind(dtype)) {
    case Kind::boolean:
    case Kind::integer:
      return false;
    case Kind::floating:
      return is_nan(dtype, a) && is_nan(dtype, b);
    case Kind::complex:  // each part for itself
      return same(component(dtype), real_bits(dtype, a), real_bits(dtype, b)) &&
             same(component(dtype), imaginary_bits(dtype, a), imaginary_bits(dtype, b));
  }
  return false;
}

std::string difference(const HostArray& actual, const HostArray& expected) {
  if (actual.dtype != expected.dtype)
    return "dtype " + std::string(trireme::name(actual.dtype)) + " instead of " +
           std::string(trireme::name(expected.dtype));
  if (!(actual.shape == expected.shape)) return "shape " + actual.shape.text() + " instead of " + expected.shape.text();
  std::size_t count = 0, first = 0;
  for (std::size_t n = 0; n < actual.bits.size(); ++n)
    if (!same(actual.dtype, actual.bits[n], expected.bits[n]) && count++ == 0) first = n;
  if (count == 0) return "";
  std::string at;
  for (std::int64_t c : coordinates(actual.shape, static_cast<std::int64_t>(first)))
    at += (at.empty() ? "" : ", ") + std::to_string(c);
  return std::to_string(count) + " of " + std::to_string(actual.bits.size()) + " elements differ in " +
         actual.shape.text() + " " + std::string(trireme::name(actual.dtype)) + "; first at [" + at +
         "]: " + element_text(actual.dtype, actual.bits[first]) + " instead of " +
         element_text(actual.dtype, expected.bits[first]);
}

std::vector<Setting> settings() {
  std::vector<Setting> out;
  for (const std::string& level : cpu_levels())
    for (int count : {1, 2}) out.push_back({level, count});
  return out;
}

std::string text(const Setting& setting) {
  return setting.level + " with " + std::to_string(setting.threads) + (setting.threads == 1 ? " thread" : " threads");
}

void use(const Setting& setting) {
  set_cpu_level(setting.level);
  set_threads(setting.threads);
}

KeepSettings::KeepSettings() : before_{cpu_level(), threads()} {}
KeepSettings::~KeepSettings() { use(before_); }

void expect_everywhere(const std::function<array()>& build, const HostArray& expected, const std::string& what) {
  KeepSettings keep;
  for (const Setting& setting : settings()) {
    use(setting);
    EXPECT_TRUE(same_bits(build(), expected)) << what << " on " << text(setting);
    if (::testing::Test::HasFailure()) return;  // one report is enough; the rest says the same
  }
}

}  // namespace trireme::test
