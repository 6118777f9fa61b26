// tests/array/guard_page_test.cpp -- borrowed memory is not read beyond its end: an unreadable page lies there
// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>

#include "support/compare.hpp"
#include "support/oracle.hpp"
#include "support/special_values.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

/// The values as a borrowed array that ends with a page.
array at_end(const HostArray& values) {
  constexpr std::size_t kPage = 4096;
  const std::size_t item = item_size(values.dtype), bytes = values.bits.size() * item;
  const std::size_t whole = (bytes + kPage - 1) / kPage * kPage;
  char* memory = static_cast<char*>(mmap(nullptr, whole + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  mprotect(memory + whole, kPage, PROT_NONE);
  char* first = memory + whole - bytes;
  for (std::size_t k = 0; k < values.bits.size(); ++k) std::memcpy(first + k * item, &values.bits[k], item);
  return array::borrow_host(first, values.size(), values.shape, values.dtype, [=] { munmap(memory, whole + kPage); });
}

TEST(guard_page, casts_maps_views_and_reductions_stay_within_borrowed_memory) {
  KeepSettings keep;
  Random random(61);
  for (const std::string& level : cpu_levels()) {
    use({level, 1});
    for (Dtype d : kDtypes)
      for (const Shape& shape : {Shape{1, 1}, Shape{1, 7}, Shape{3, 5}, Shape{1, 33}, Shape{17, 31}, Shape{9, 259}, Shape{140, 67}}) {
        const HostArray values = tame_array(d, shape, random);
        const array x = at_end(values), y = to_array(values);
        const auto expect_same = [&](const char* what, const std::function<array(const array&)>& f) {
          EXPECT_EQ(bits(f(x)), bits(f(y))) << what << " of " << name(d) << " " << shape.text() << " on " << level;
        };
        for (Dtype to : kDtypes)
          if (kind(d) != Kind::complex || kind(to) == Kind::complex) expect_same("cast", [&](const array& a) { return astype(a, to); });
        expect_same("where", [&](const array& a) { return where(a != y, y, a); });
        expect_same("transposed", [](const array& a) { return a.T().contiguous(); });
        expect_same("flipped", [](const array& a) { return where(true, a.flip(1), a); });
        expect_same("stepped", [](const array& a) { return a.slice({{}, {0, {}, 2}}).contiguous(); });
        expect_same("rolled", [](const array& a) { return roll(a, 1, 1); });
        expect_same("concat", [](const array& a) { return concat({a, a}, 1); });
        for (const std::vector<int>& axes : {std::vector<int>{}, {0}, {1}}) {
          expect_same("count", [&](const array& a) { return count_nonzero(a, axes); });
          if (d == boolean) continue;
          expect_same("sum", [&](const array& a) { return sum(a, axes); });
          expect_same("sum of transposed", [&](const array& a) { return sum(a.T(), axes); });
          if (kind(d) != Kind::complex) expect_same("max", [&](const array& a) { return max(a, axes); });
        }
        if (d == boolean) continue;
        expect_same("pairs", [](const array& a) { return a * a + a - a * 2; });
      }
  }
}

}  // namespace
}  // namespace trireme::test
