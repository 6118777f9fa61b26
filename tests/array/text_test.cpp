// tests/array/text_test.cpp -- printed arrays against what NumPy printed for the same elements
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "array/format.hpp"
#include "trireme/trireme.hpp"

namespace trireme {
namespace {

struct Golden {
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::uint64_t> words;  // bits of the elements, repeated until they fill the shape
  const char* text;
};

const std::vector<Golden>& golden() {
  static const std::vector<Golden> rows = {
#include "tests/array/text_golden.inc"
  };
  return rows;
}

std::vector<unsigned char> elements(const Golden& row, std::int64_t size) {
  const std::size_t item = item_size(row.dtype);
  std::vector<unsigned char> bytes(static_cast<std::size_t>(size) * item);
  for (std::size_t k = 0; k < static_cast<std::size_t>(size); ++k)
    std::memcpy(bytes.data() + k * item, &row.words[k % row.words.size()], item);
  return bytes;
}

TEST(text, format_golden_rows_print_as_numpy) {
  ASSERT_GT(golden().size(), 100u);
  for (const Golden& row : golden()) {
    const Shape shape{std::span<const std::int64_t>(row.shape)};
    EXPECT_EQ(text::format_array(row.dtype, shape, elements(row, shape.size()).data()), row.text)
        << name(row.dtype) << " " << shape.text();
  }
}

TEST(text, array_golden_rows_print_as_numpy) {
  for (const Golden& row : golden()) {
    const Shape shape{std::span<const std::int64_t>(row.shape)};
    const array x = array::from_host(elements(row, shape.size()).data(), shape.size(), shape, row.dtype);
    EXPECT_EQ(x.text(), row.text) << name(row.dtype) << " " << shape.text();
  }
}

TEST(text, default_array_prints_brackets) { EXPECT_EQ(array().text(), "[]"); }

TEST(text, lazy_transposed_array_prints_its_elements) {
  const array x = array::from({1, 2, 3, 4, 5, 6}).reshape({2, 3});
  EXPECT_EQ((x.T() + 1).text(), "[[2 5]\n [3 6]\n [4 7]]");
}

TEST(text, huge_broadcast_array_prints_without_being_copied) {
  const array x = array::from({1.5, 2.0}).reshape({2, 1}).broadcast_to({2, std::int64_t{1} << 50});
  EXPECT_EQ(x.text(), "[[1.5 1.5 1.5 ... 1.5 1.5 1.5]\n [2.  2.  2.  ... 2.  2.  2. ]]");
}

}  // namespace
}  // namespace trireme
