// tests/array/npy_header_test.cpp -- .npy headers: what is read, what is refused and how, and what corruption does
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "array/npy_header.hpp"
#include "trireme/error.hpp"

namespace trireme::npy {
namespace {

/// What parse_dict says about `text`: "" when it is taken.
std::string complaint(std::string_view text) {
  try {
    parse_dict(text);
    return "";
  } catch (const error& failure) {
    EXPECT_EQ(failure.code(), Code::io);
    return failure.what();
  }
}

void expect_refused(std::string_view text, std::string_view reason) {
  const std::string message = complaint(text);
  EXPECT_NE(message.find(reason), std::string::npos) << text << "\n  gave: " << message;
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string dict_with(std::string_view descr) {
  return "{'descr': " + std::string(descr) + ", 'fortran_order': False, 'shape': (2,)}";
}

TEST(npy_header, dict_of_numpy_is_read) {
  const Header header = parse_dict("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 4), }            \n");
  EXPECT_EQ(header.dtype, f32);
  EXPECT_TRUE(header.fortran_order);
  EXPECT_FALSE(header.big_endian);
  EXPECT_EQ(header.shape, (Shape{3, 4}));
  EXPECT_EQ(header.data_bytes, 48u);
}

TEST(npy_header, keys_may_come_in_any_order_and_spacing) {
  const Header header = parse_dict("\t{ \"shape\" :( 3L ,\n) ,'descr':'>i8'\r,'fortran_order' :False}");
  EXPECT_EQ(header.dtype, i64);
  EXPECT_TRUE(header.big_endian);
  EXPECT_EQ(header.shape, (Shape{3}));
}

TEST(npy_header, byte_orders_are_understood) {
  for (const std::string_view descr : {"'<f8'", "'=f8'", "'|b1'", "'|u1'", "'=c16'", "'=V2'", "'?b1'"})
    EXPECT_EQ(complaint(dict_with(descr)).empty(), descr != "'?b1'") << descr;
  for (const std::string_view descr : {"'>f8'", "'>i2'", "'>f2'", "'>c8'", "'>V2'"}) {
    EXPECT_TRUE(parse_dict(dict_with(descr)).big_endian) << descr;
    EXPECT_FALSE(parse_dict(dict_with("'<" + std::string(descr.substr(2)))).big_endian) << descr;
  }
}

TEST(npy_header, unsupported_dtypes_are_refused_by_name) {
  for (const std::string_view descr :
       {"'<i3'", "'<u16'", "'<f1'", "'<c4'", "'<U3'", "'|S5'", "'<M8[s]'", "'|V8'", "'f8'", "''", "'<f'", "'<'"})
    expect_refused(dict_with(descr), descr);
}

TEST(npy_header, unsupported_dtypes_are_refused_with_the_reason) {
  expect_refused(dict_with("'|O'"), "Python objects");
  expect_refused(dict_with("[('a', '<f8')]"), "structured");
  expect_refused(dict_with("'<U3'"), "strings");
  expect_refused(dict_with("'|S5'"), "strings");
  expect_refused(dict_with("'<M8[s]'"), "dates");
  expect_refused(dict_with("'<m8[ns]'"), "dates");
  expect_refused(dict_with("'<f16'"), "long double");
  expect_refused(dict_with("'<f12'"), "long double");
  expect_refused(dict_with("'>c32'"), "long double");
  expect_refused(dict_with("'|V2'"), "raw bytes");
  expect_refused(dict_with("'<V4'"), "raw bytes");
  expect_refused(dict_with("'<i3'"), "i1 i2 i4 i8");
}

TEST(npy_header, every_dtype_is_read_by_the_name_numpy_writes) {
#define DTYPE(name, type, kind, descriptor, text) EXPECT_EQ(parse_dict(dict_with("'" descriptor "'")).dtype, name);
#include "trireme/dtype.def"
#undef DTYPE
}

TEST(npy_header, wrong_keys_are_refused) {
  expect_refused("{'descr': '<f8', 'fortran_order': False}", "lacks the key 'shape'");
  expect_refused("{}", "lacks the key 'descr'");
  expect_refused("{'descr': '<f8', 'descr': '<f8', 'fortran_order': False, 'shape': ()}", "stands twice");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'more': 1}", "'more'");
}

TEST(npy_header, malformed_dicts_are_refused) {
  expect_refused("", "its end where '{'");
  expect_refused("{'descr': '<f8'", "its end");
  expect_refused("{'descr' '<f8'}", "':'");
  expect_refused("{'descr': '<f8', 'fortran_order': false, 'shape': ()}", "True or False");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (3)}", "(n,)");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", "decimal number");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (3 4)}", "(n,)");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3 4)}", "')'");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': 3}", "'('");
  expect_refused("{'descr': '<f8', 'fortran_order': False, 'shape': ()} x", "goes on");
  expect_refused("{'descr': '<f\\x38', 'fortran_order': False, 'shape': ()}", "escaped string");
  expect_refused("{,}", "a key");
}

TEST(npy_header, shapes_beyond_the_limits_are_refused) {
  const std::string start = "{'descr': '<f8', 'fortran_order': False, 'shape': ";
  EXPECT_EQ(complaint(start + "(1, 1, 1, 1, 1, 1, 1, 1)}"), "");
  expect_refused(start + "(1, 1, 1, 1, 1, 1, 1, 1, 1)}", "at most 8 dimensions");
  expect_refused(start + "(9223372036854775808,)}", "below 2^63");
  expect_refused(start + "(4611686018427387904, 2)}", "more than 2^62 bytes");
  expect_refused(start + "(1152921504606846976,)}", "more than 2^62 bytes");
  expect_refused(start + "(0, 9223372036854775807)}", "more than 2^62 bytes");
  expect_refused(start + "(0, 4611686018427387904, 4611686018427387904)}", "more than 2^62 bytes");
}

TEST(npy_header, made_header_is_aligned_and_read_back) {
  for (const Shape& shape : {Shape{}, Shape{0}, Shape{3}, Shape{123456789012345}, Shape{1, 2, 3, 4, 5, 6, 7, 8}})
    for (int code = 0; code < kDtypeCount; ++code) {
      const auto dtype = static_cast<Dtype>(code);
      const std::string text = make_header(dtype, shape);
      EXPECT_EQ(text.size() % 64, 0u);
      EXPECT_EQ(text.back(), '\n');
      const Header header =
          parse_header(bytes(text), text.size() + static_cast<std::uint64_t>(shape.size()) * item_size(dtype));
      EXPECT_EQ(header.dtype, dtype);
      EXPECT_EQ(header.shape, shape);
      EXPECT_EQ(header.data_offset, text.size());
    }
}

TEST(npy_header, size_of_the_file_must_fit_exactly) {
  const std::string text = make_header(f64, {1000000000000});
  EXPECT_THROW(parse_header(bytes(text), text.size()), error);
  EXPECT_THROW(parse_header(bytes(text), text.size() + 7999999999999), error);
  EXPECT_THROW(parse_header(bytes(text), text.size() + 8000000000001), error);
  EXPECT_NO_THROW(parse_header(bytes(text), text.size() + 8000000000000));
}

TEST(npy_header, versions_and_lengths_are_checked) {
  const std::string good = make_header(f32, {});
  const auto message = [&](std::string text) -> std::string {
    try {
      parse_header(bytes(text), text.size() + 4);
      return "";
    } catch (const error& failure) {
      return failure.what();
    }
  };
  EXPECT_EQ(message(good), "");
  std::string bad = good;
  bad[6] = 4;
  EXPECT_NE(message(bad).find("this is 4.0"), std::string::npos) << message(bad);
  bad[6] = 2;
  bad[10] = bad[11] = '\xff';
  EXPECT_NE(message(bad).find("at most 65536"), std::string::npos) << message(bad);
  bad = good;
  bad[9] = '\x20';
  EXPECT_NE(message(bad).find("the file ends after"), std::string::npos) << message(bad);
  EXPECT_NE(message("PK\x03\x04....").find("not a .npy file"), std::string::npos);
  EXPECT_NE(message("").find("empty"), std::string::npos);
}

TEST(npy_header, every_changed_byte_is_read_or_refused) {
  const std::string good = make_header(f32, {2, 3});
  int refused = 0;
  for (std::size_t at = 0; at < good.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      std::string changed = good;
      changed[at] = static_cast<char>(value);
      try {
        const Header header = parse_header(bytes(changed), changed.size() + 24);
        EXPECT_EQ(header.data_bytes, 24u);  // nothing the file does not have is ever asked for
        EXPECT_EQ(header.data_offset, changed.size());
      } catch (const error& failure) {
        EXPECT_EQ(failure.code(), Code::io);
        ++refused;
      }
    }
  EXPECT_GT(refused, 10000);
}

TEST(npy_header, every_truncation_is_refused) {
  const std::string good = make_header(f64, {2, 3});
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_THROW(parse_header(bytes(std::string_view(good).substr(0, length)), length), error) << length;
}

}  // namespace
}  // namespace trireme::npy
