// hull/array/npy_header.cpp -- a hand-written reader of the one Python literal that a .npy header may be
// SPDX-License-Identifier: Apache-2.0
#include "array/npy_header.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "trireme/error.hpp"

namespace trireme::npy {
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};

[[noreturn]] void fail(const std::string& what) { throw error(Code::io, what); }

/// Header bytes in a message: short, and printable whatever they are.
std::string quoted(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "'";
  for (const char c : text.substr(0, 40)) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f)
      out += c;
    else
      out.append("\\x") += {kHex[byte >> 4], kHex[byte & 15]};
  }
  return out + (text.size() > 40 ? "...'" : "'");
}

/// Reads the tokens of the dict from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  /// Whether the next token is `c`, which is then taken.
  bool take(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c, std::string_view where) {
    if (!take(c)) fail("the header has " + next() + " where '" + c + "' was expected " + std::string(where));
  }

  bool next_is(char c) {
    skip_space();
    return at_ < text_.size() && text_[at_] == c;
  }

  void expect_end() {
    skip_space();
    if (at_ < text_.size()) fail("the header goes on after its dict, with " + next());
  }

  /// A quoted string. No .npy header needs an escape, so a backslash is refused.
  std::string_view string(std::string_view what) {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '\'' && quote != '"')
      fail("the header has " + next() + " where " + std::string(what) + " was expected");
    const std::size_t start = at_ + 1;
    const std::size_t end = text_.find_first_of(std::string_view(quote == '"' ? "\"\\\n\0" : "'\\\n\0", 4), start);
    if (end == std::string_view::npos || text_[end] != quote)
      fail("the header has an unfinished or escaped string, " + quoted(text_.substr(at_)));
    at_ = end + 1;
    return text_.substr(start, end - start);
  }

  bool boolean() {
    skip_space();
    for (const auto& [word, value] : {std::pair<std::string_view, bool>{"True", true}, {"False", false}}) {
      if (text_.substr(at_, word.size()) != word) continue;
      at_ += word.size();
      return value;
    }
    fail("fortran_order is True or False, the header has " + next());
  }

  /// A decimal extent; Python 2 wrote some with a trailing L.
  std::int64_t extent() {
    skip_space();
    const std::size_t start = at_;
    std::int64_t value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') {
      if (__builtin_mul_overflow(value, std::int64_t{10}, &value) ||
          __builtin_add_overflow(value, std::int64_t{text_[at_] - '0'}, &value))
        fail("an extent is below 2^63, the header has " + quoted(text_.substr(start)));
      ++at_;
    }
    if (at_ == start) fail("an extent is a decimal number, the header has " + next());
    if (at_ < text_.size() && text_[at_] == 'L') ++at_;
    return value;
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\n\r\f", text_[at_]) && text_[at_] != '\0') ++at_;
  }
  std::string next() { return at_ < text_.size() ? quoted(text_.substr(at_)) : "its end"; }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Why Trireme has no dtype of the type code that `type` starts with; "" when nothing particular can be said.
std::string_view reason_against(std::string_view type) {
  switch (type.empty() ? '\0' : type.front()) {
    case 'O':
      return "holds Python objects, pickled: loading them could run code from the file, and they are not numbers";
    case 'U':
    case 'S':
    case 'a':
    case 'T':
      return "holds strings, which are not numbers";
    case 'M':
    case 'm':
      return "holds dates or spans of time; save their counts with .view('i8')";
    case 'V':
      return "holds raw bytes; of those only '<V2' and '>V2' are read, which is how ml_dtypes writes bfloat16";
    case 'f':
    case 'c':
      return type != "f12" && type != "f16" && type != "c24" && type != "c32"
                 ? ""
                 : "is a long double, whose form depends on the machine; save float64 or complex128";
    default:
      return "";
  }
}

/// `descr` names a dtype of the table with any byte order.
void set_dtype(std::string_view descr, Header& header) {
  constexpr std::string_view kTaken =
      "Trireme reads b1 (bool), i1 i2 i4 i8, u1 u2 u4 u8, f2 f4 f8, c8 c16 and V2 (bfloat16)";
  if (descr.empty() || !std::strchr("<>=|", descr.front()))
    fail("dtype " + quoted(descr) + " is unknown, " + std::string(kTaken));
  const std::string_view type = descr.substr(1);
  // '|V2' is what NumPy writes for two bytes of anything; ml_dtypes gives its bfloat16 a byte order.
  const bool raw = type == "V2" && descr.front() == '|';
#define DTYPE(dtype_name, cpp_type, kind_name, descriptor, text) \
  if (!raw && type == std::string_view(descriptor).substr(1)) {  \
    header.dtype = Dtype::dtype_name;                            \
    header.big_endian = descr.front() == '>';                    \
    return;                                                      \
  }
#include "trireme/dtype.def"
#undef DTYPE
  if (const std::string_view reason = reason_against(type); !reason.empty())
    fail("dtype " + quoted(descr) + " " + std::string(reason));
  fail("dtype " + quoted(descr) + " is not supported, " + std::string(kTaken));
}

void read_descr(Reader& reader, Header& header) {
  if (reader.next_is('[')) fail("a structured dtype (several fields per element) is not supported, save one field");
  set_dtype(reader.string("a dtype such as '<f8'"), header);
}

void read_shape(Reader& reader, Header& header) {
  reader.expect('(', "to open the shape");
  while (!reader.take(')')) {
    const std::int64_t extent = reader.extent();
    if (header.shape.rank() == kMaxRank) fail("arrays have at most 8 dimensions, the header has more");
    header.shape.push_back(extent);
    if (reader.take(',')) continue;
    // Python reads (3) as a number, but only the comma of (3,) makes a tuple.
    if (header.shape.rank() == 1) fail("the shape is a tuple, with one extent written (n,)");
    reader.expect(')', "to close the shape");
    break;
  }
}

/// Extents of 0 do not hide the others: strides are products of all of them.
void set_bytes(Header& header) {
  std::int64_t bytes = static_cast<std::int64_t>(item_size(header.dtype));
  bool empty = false;
  for (const std::int64_t extent : header.shape) {
    empty |= extent == 0;
    // What every array is held to, graph::checked_size().
    if (extent != 0 && (__builtin_mul_overflow(bytes, extent, &bytes) || bytes > std::int64_t{1} << 62))
      fail("shape " + header.shape.text() + " of " + std::string(name(header.dtype)) + " has more than 2^62 bytes");
  }
  header.data_bytes = empty ? 0 : static_cast<std::uint64_t>(bytes);
}

}  // namespace

Header parse_dict(std::string_view text) {
  constexpr std::string_view kKeys[] = {"descr", "fortran_order", "shape"};
  Header header;
  bool seen[3] = {};
  Reader reader(text);
  reader.expect('{', "to open the dict");
  while (!reader.take('}')) {
    const std::string_view key = reader.string("a key");
    const std::size_t which = static_cast<std::size_t>(std::find(kKeys, kKeys + 3, key) - kKeys);
    if (which == 3) fail("the keys are descr, fortran_order and shape, the header has " + quoted(key));
    if (seen[which]) fail("key " + quoted(key) + " stands twice in the header");
    seen[which] = true;
    reader.expect(':', "after a key");
    if (which == 0) read_descr(reader, header);
    if (which == 1) header.fortran_order = reader.boolean();
    if (which == 2) read_shape(reader, header);
    if (reader.take(',')) continue;
    reader.expect('}', "to close the dict");
    break;
  }
  reader.expect_end();
  for (std::size_t k = 0; k < 3; ++k)
    if (!seen[k]) fail("the header lacks the key " + quoted(kKeys[k]));
  set_bytes(header);
  return header;
}

Header parse_header(std::span<const std::byte> prefix, std::uint64_t file_bytes) {
  const std::string_view text(reinterpret_cast<const char*>(prefix.data()), prefix.size());
  const auto byte = [&](std::size_t k) { return std::size_t{static_cast<unsigned char>(text[k])}; };
  if (text.empty()) fail("the file is empty");
  if (text.substr(0, kMagic.size()) != kMagic)
    fail("not a .npy file, which starts with \\x93NUMPY: this one starts with " + quoted(text.substr(0, 6)));
  if (text.size() < 10) fail("the file ends in its header, after " + std::to_string(text.size()) + " bytes");
  const std::size_t major = byte(6), minor = byte(7);
  if (major < 1 || major > 3 || minor != 0)
    fail("format versions 1.0, 2.0 and 3.0 are known, this is " + std::to_string(major) + "." + std::to_string(minor));
  std::size_t start = 10, length = byte(8) | byte(9) << 8;
  if (major > 1) {
    if (text.size() < 12) fail("the file ends in its header, after " + std::to_string(text.size()) + " bytes");
    start = 12;
    length |= byte(10) << 16 | byte(11) << 24;
  }
  if (length > kMaxHeader) fail("a header has at most 65536 bytes, this one says " + std::to_string(length));
  if (text.size() - start < length)
    fail("the header has " + std::to_string(length) + " bytes, the file ends after " +
         std::to_string(text.size() - start) + " of them");

  Header header = parse_dict(text.substr(start, length));
  header.data_offset = start + length;
  const std::uint64_t rest = file_bytes - header.data_offset;
  if (rest != header.data_bytes)
    fail("shape " + header.shape.text() + " of " + std::string(name(header.dtype)) + " needs " +
         std::to_string(header.data_bytes) + " bytes of data, the file has " + std::to_string(rest) +
         (rest < header.data_bytes ? " (it is cut short)" : " (bytes are left over)"));
  return header;
}

std::string make_header(Dtype dtype, const Shape& shape) {
  std::string_view descriptor;
  switch (dtype) {
#define DTYPE(dtype_name, cpp_type, kind_name, table_descriptor, text) \
  case Dtype::dtype_name:                                              \
    descriptor = table_descriptor;                                     \
    break;
#include "trireme/dtype.def"
#undef DTYPE
  }
  std::string dict =
      "{'descr': '" + std::string(descriptor) + "', 'fortran_order': False, 'shape': " + shape.text() + ", }";
  // Eight extents of 19 digits stay far below the 65,535 bytes that version 1.0 has room for.
  constexpr std::size_t kPrefix = 10, kAlignment = 64;
  const std::size_t used = kPrefix + dict.size() + 1;
  dict.append((kAlignment - used % kAlignment) % kAlignment, ' ') += '\n';
  std::string header(kMagic);
  header += {'\x01', '\x00', static_cast<char>(dict.size() & 0xff), static_cast<char>(dict.size() >> 8)};
  return header + dict;
}

}  // namespace trireme::npy
