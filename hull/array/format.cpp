// hull/array/format.cpp -- brackets, alignment, line breaks and ellipses of printed arrays
// SPDX-License-Identifier: Apache-2.0
#include "array/format.hpp"

#include <algorithm>
#include <complex>
#include <cstring>
#include <type_traits>
#include <vector>

#include "array/format_float.hpp"

namespace trireme::text {
namespace {

/// One formatted word per shown element, row-major.
using Words = std::vector<std::string>;

Words boolean_words(std::span<const bool> values) {
  Words words;
  words.reserve(values.size());
  for (const bool v : values) words.emplace_back(v ? " True" : "False");
  return words;
}

template <class T>
Words integer_words(std::span<const T> values) {
  Words words;
  words.reserve(values.size());
  std::size_t width = 0;
  for (const T v : values) width = std::max(width, words.emplace_back(std::to_string(v)).size());
  for (std::string& word : words) word.insert(0, width - word.size(), ' ');
  return words;
}

template <class T>
Words float_words(std::span<const T> values) {
  const FloatFormat<T> format(values);
  Words words;
  words.reserve(values.size());
  for (const T v : values) words.push_back(format(v));
  return words;
}

/// Real and imaginary parts are two columns; the j stands before the padding of the second.
template <class T>
Words complex_words(std::span<const std::complex<T>> values) {
  std::vector<T> real, imaginary;
  for (const std::complex<T> v : values) {
    real.push_back(v.real());
    imaginary.push_back(v.imag());
  }
  const FloatFormat<T> left(real), right(imaginary, Sign::always);
  Words words;
  words.reserve(values.size());
  for (const std::complex<T> v : values) {
    std::string part = right(v.imag());
    part.insert(part.find_last_not_of(' ') + 1, 1, 'j');
    words.push_back(left(v.real()) + part);
  }
  return words;
}

template <class T>
Words words_of(std::span<const T> values) {
  if constexpr (std::is_same_v<T, bool>)
    return boolean_words(values);
  else if constexpr (std::is_integral_v<T>)
    return integer_words(values);
  else
    return float_words(values);
}
template <class T>
Words words_of(std::span<const std::complex<T>> values) {
  return complex_words(values);
}

Words make_words(Dtype dtype, const void* data, std::int64_t count) {
  switch (dtype) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return words_of(std::span<const type>(static_cast<const type*>(data), static_cast<std::size_t>(count)));
#include "trireme/dtype.def"
#undef DTYPE
  }
  return {};
}

template <class T>
std::string scalar_of(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return value ? "True" : "False";
  else if constexpr (std::is_integral_v<T>)
    return std::to_string(value);
  else
    return format_scalar(value);
}

std::string scalar_text(Dtype dtype, const void* data) {
  switch (dtype) {
#define DTYPE(name, type, kind, descriptor, text) \
  case Dtype::name:                               \
    return scalar_of(*static_cast<const type*>(data));
#include "trireme/dtype.def"
#undef DTYPE
  }
  return {};
}

void trim_right(std::string& text) { text.erase(text.find_last_not_of(' ') + 1); }

/// Lays out the words of one array. An axis is cut when its extent in `full` exceeds that in `shown`.
class Layout {
 public:
  Layout(const Shape& full, const Shape& shown, const Words& words) : full_(full), shown_(shown), words_(words) {}

  /// The sub-array at depth `axis`; words are taken in order.
  void append(std::string& out, int axis) {
    const bool cut = full_[axis] > shown_[axis];
    out += '[';
    if (axis + 1 == full_.rank()) {
      append_row(out, axis, cut);
    } else {
      const std::string between(static_cast<std::size_t>(full_.rank() - axis - 1), '\n');
      const std::string indent(static_cast<std::size_t>(axis) + 1, ' ');
      for (std::int64_t k = 0; k < shown_[axis]; ++k) {
        if (k > 0) out += between + indent;
        if (cut && k == kEdge) out += "..." + between + indent;
        append(out, axis + 1);
      }
    }
    out += ']';
  }

 private:
  void append_row(std::string& out, int axis, bool cut) {
    const std::size_t indent = static_cast<std::size_t>(axis) + 1;
    const std::size_t width = static_cast<std::size_t>(kLineWidth - axis - 1);  // room for the closing brackets
    std::string line(indent, ' ');
    bool first_line = true;
    const auto flush = [&] {
      out.append(line, first_line ? indent : 0);
      first_line = false;
    };
    const auto add = [&](const std::string& word) {
      if (line.size() > indent && line.size() + word.size() > width) {
        trim_right(line);
        flush();
        out += '\n';
        line.assign(indent, ' ');
      }
      line += word;
    };
    for (std::int64_t k = 0; k < shown_[axis]; ++k) {
      if (cut && k == kEdge) {
        add("...");
        line += ' ';
      }
      add(words_[next_++]);
      if (k + 1 < shown_[axis]) line += ' ';
    }
    flush();
  }

  const Shape& full_;
  const Shape& shown_;
  const Words& words_;
  std::size_t next_ = 0;
};

}  // namespace

Shape corner_shape(const Shape& shape) {
  Shape corners = shape;
  if (shape.size() > kThreshold)
    for (int k = 0; k < shape.rank(); ++k) corners[k] = std::min(shape[k], 2 * kEdge);
  return corners;
}

std::string format_corners(Dtype dtype, const Shape& shape, const void* corners) {
  if (shape.rank() == 0) return scalar_text(dtype, corners);
  if (shape.size() == 0) return "[]";
  const Shape shown = corner_shape(shape);
  const Words words = make_words(dtype, corners, shown.size());
  std::string out;
  Layout(shape, shown, words).append(out, 0);
  return out;
}

std::string format_array(Dtype dtype, const Shape& shape, const void* data) {
  const Shape shown = corner_shape(shape);
  if (shown == shape) return format_corners(dtype, shape, data);
  const std::size_t item = item_size(dtype);
  std::vector<std::byte> corners(static_cast<std::size_t>(shown.size()) * item);
  for (std::int64_t k = 0; k < shown.size(); ++k) {
    std::int64_t rest = k, stride = 1, from = 0;
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const std::int64_t i = rest % shown[axis];
      rest /= shown[axis];
      const bool trailing = shape[axis] > shown[axis] && i >= kEdge;
      from += stride * (trailing ? shape[axis] - shown[axis] + i : i);
      stride *= shape[axis];
    }
    std::memcpy(corners.data() + static_cast<std::size_t>(k) * item,
                static_cast<const std::byte*>(data) + static_cast<std::size_t>(from) * item, item);
  }
  return format_corners(dtype, shape, corners.data());
}

}  // namespace trireme::text
