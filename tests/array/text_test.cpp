// tests/array/text_test.cpp -- printed arrays against what NumPy printed for the same elements
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "array/format.hpp"
#include "array/format_float.hpp"
#include "trireme/trireme.hpp"

namespace trireme {
namespace {

struct Golden {
  Dtype dtype;
  std::vector<std::int64_t> shape;
  std::vector<std::uint64_t> words;  // bits of the elements, two of complex128, repeated until they fill the shape
  const char* text;
};

const std::vector<Golden>& golden() {
  static const std::vector<Golden> rows = {
#include "tests/array/text_golden.inc"
  };
  return rows;
}

std::vector<unsigned char> elements(const Golden& row, std::int64_t size) {
  const std::size_t item = item_size(row.dtype), word = std::min(item, sizeof(std::uint64_t));
  std::vector<unsigned char> bytes(static_cast<std::size_t>(size) * item);
  for (std::size_t k = 0; k * word < bytes.size(); ++k)
    std::memcpy(bytes.data() + k * word, &row.words[k % row.words.size()], word);
  return bytes;
}

TEST(text, format_golden_rows_print_as_numpy) {
  ASSERT_GT(golden().size(), 700u);
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

/// The number that `text` says, rounded once to T: a float holds twice the digits of a two-byte one.
template <class T>
int misread_numbers(std::uint16_t infinity) {
  int misread = 0;
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    if ((bits & 0x7fff) > infinity) continue;  // NaN
    const T value = T::from_bits(static_cast<std::uint16_t>(bits));
    misread += T(std::strtof(text::format_scalar(value).c_str(), nullptr)).bits != bits;
  }
  return misread;
}

TEST(text, digits_of_every_two_byte_float_identify_it) {
  EXPECT_EQ(misread_numbers<float16>(0x7c00), 0);
  EXPECT_EQ(misread_numbers<bfloat16>(0x7f80), 0);
}

TEST(text, stream_gets_the_text_beside_shifts) {
  const array x = array::from<std::int8_t>({1, 2, -3});
  std::ostringstream stream;
  stream << "x: " << x << '\n'
         << (x << 1) << ' ' << (8 >> x.slice({{0, 2}})) << full({}, std::complex<float>(1, -2), complex64);
  EXPECT_EQ(stream.str(), "x: [ 1  2 -3]\n[ 2  4 -6] [4 2](1-2j)");
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
