// include/trireme/array.hpp -- the array: a cheap handle to an immutable, lazily computed n-d value
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "trireme/device.hpp"
#include "trireme/dtype.hpp"
#include "trireme/error.hpp"
#include "trireme/export.hpp"
#include "trireme/shape.hpp"

namespace trireme {

namespace graph {
struct Node;
}

/// A C++ number on its way into an operation. It is weak: it takes the dtype of the arrays beside it.
struct Scalar {
  Kind kind = Kind::integer;
  union {
    std::int64_t integer = 0;
    double floating;
  };

  Scalar(bool v) : kind(Kind::boolean), integer(v) {}
  template <std::integral T>
  Scalar(T v) : kind(Kind::integer), integer(static_cast<std::int64_t>(v)) {
    static_assert(sizeof(T) <= 8);
    if constexpr (sizeof(T) == 8 && std::unsigned_integral<T>)
      if (v > static_cast<T>(std::numeric_limits<std::int64_t>::max())) {  // beyond every integer dtype we have
        kind = Kind::floating;
        floating = static_cast<double>(v);
      }
  }
  template <std::floating_point T>
  Scalar(T v) : kind(Kind::floating), floating(static_cast<double>(v)) {}
};

/// A slice of one axis, with Python's meaning of missing and negative numbers.
struct Slice {
  std::optional<std::int64_t> start{}, stop{};
  std::int64_t step = 1;
};

/// An n-d array of one dtype, up to 8 dimensions. Copying a handle costs one atomic increment. Operations build
/// lazy nodes; values are computed on eval() or when data is read. A value never changes once it is computed.
/// Const access from several threads is safe.
class TRIREME_API array {
 public:
  /// An f64 array of shape (0,); costs nothing. So is an array that was moved from.
  array() noexcept = default;
  array(const array& other) noexcept;
  array(array&& other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
  array& operator=(const array& other) noexcept;
  array& operator=(array&& other) noexcept {
    array taken(std::move(other));
    std::swap(node_, taken.node_);
    return *this;
  }
  ~array();

  /// A copy of `values`, row-major, in the given shape. Throws Code::shape_mismatch when the counts differ.
  template <class T>
  static array from(std::span<const T> values, const Shape& shape) {
    return from_host(values.data(), static_cast<std::int64_t>(values.size()), shape, dtype_of<T>);
  }
  template <class T>
  static array from(const std::vector<T>& values, const Shape& shape) {
    return from(std::span<const T>(values), shape);
  }
  /// A 1-d array of `values`.
  template <class T>
  static array from(std::initializer_list<T> values) {
    return from(std::span<const T>(values.begin(), values.size()), {static_cast<std::int64_t>(values.size())});
  }
  static array from_host(const void* data, std::int64_t count, const Shape& shape, Dtype dtype);

  Dtype dtype() const;
  const Shape& shape() const;
  int rank() const { return shape().rank(); }
  std::int64_t size() const { return shape().size(); }
  std::size_t bytes() const { return static_cast<std::size_t>(size()) * item_size(dtype()); }
  /// Where the array is pinned or its data lives; "auto" for a lazy unpinned array.
  Device device() const;
  bool is_lazy() const;

  /// Computes the value now. Throws Code::out_of_memory, unsupported or device_failure, naming the operation;
  /// the array then stays lazy and may be tried again.
  array& eval() &;
  array eval() &&;
  const array& eval() const&;

  /// The only element of an array of size 1, converted to T as astype() converts. Throws Code::shape_mismatch.
  template <class T>
  T item() const {
    if constexpr (std::same_as<T, bool>) {
      unsigned char byte = 0;
      item_to(&byte, dtype_of<bool>);
      return byte != 0;
    } else {
      T value{};
      item_to(&value, dtype_of<T>);
      return value;
    }
  }
  /// All elements, row-major. T must be the array's element type (Code::dtype_mismatch otherwise).
  template <class T>
  std::vector<T> to_vector() const {
    expect_dtype("to_vector", dtype_of<T>);
    using Element = std::conditional_t<std::same_as<T, bool>, unsigned char, T>;
    try {
      std::vector<Element> out(static_cast<std::size_t>(size()));
      copy_to(out.data(), dtype_of<T>);
      if constexpr (std::same_as<T, bool>) return std::vector<bool>(out.begin(), out.end());
      else return out;
    } catch (const std::bad_alloc&) {
      throw_no_room("to_vector");
    } catch (const std::length_error&) {
      throw_no_room("to_vector");
    }
  }
  /// Writes all elements, row-major, to `destination`, which holds size() elements of `as`. Evaluates and synchronises.
  void copy_to(void* destination, Dtype as) const;

  /// The same array pinned to `device`: what is computed from it runs there.
  array to(Device device) const;

  // Views: no data is copied from an array that is already computed.

  /// Elements selected per axis, outermost first; missing axes are whole. Throws Code::out_of_range for a step of 0.
  array slice(std::span<const Slice> slices) const;
  array slice(std::initializer_list<Slice> slices) const {
    return slice(std::span<const Slice>(slices.begin(), slices.size()));
  }
  /// The sub-array at `index` of axis `axis`, which disappears. Negative counts from the end.
  array at(std::int64_t index, int axis = 0) const;
  /// Axes reversed, or in the given order.
  array transpose() const;
  array transpose(const Shape& axes) const;
  array T() const { return transpose(); }
  /// The same elements, row-major, in another shape; one extent may be -1. A copy when strides cannot express it.
  array reshape(const Shape& shape) const;
  /// Repeated along new or size-1 axes, as broadcasting would.
  array broadcast_to(const Shape& shape) const;
  array expand_dims(int axis) const;
  /// Without the axes of extent 1, or without the given one.
  array squeeze() const;
  array squeeze(int axis) const;
  array flip(int axis) const;

  /// As NumPy prints it.
  std::string text() const;

  // For the library: the node behind the handle.
  explicit array(graph::Node* adopted) noexcept : node_(adopted) {}
  graph::Node* node() const noexcept { return node_; }
  graph::Node* release() noexcept { return std::exchange(node_, nullptr); }

 private:
  void item_to(void* destination, Dtype as) const;
  void expect_dtype(const char* function, Dtype as) const;
  [[noreturn]] void throw_no_room(const char* function) const;
  graph::Node* node_ = nullptr;
};

/// An argument of an operation: an array, or a weak C++ scalar.
class TRIREME_API Operand {
 public:
  Operand(array&& a) noexcept : node_(a.release()) {}
  Operand(const array& a) noexcept : Operand(array(a)) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Operand(T v) : scalar_(v), is_scalar_(true) {}
  Operand(Scalar s) : scalar_(s), is_scalar_(true) {}
  Operand(Operand&& other) noexcept
      : node_(std::exchange(other.node_, nullptr)), scalar_(other.scalar_), is_scalar_(other.is_scalar_) {}
  Operand(const Operand&) = delete;
  Operand& operator=(const Operand&) = delete;
  Operand& operator=(Operand&&) = delete;
  ~Operand() {
    if (node_) array drop(node_);
  }

  graph::Node* node() const { return node_; }
  graph::Node* release() { return std::exchange(node_, nullptr); }
  bool is_scalar() const { return is_scalar_; }
  Scalar scalar() const { return scalar_; }

 private:
  graph::Node* node_ = nullptr;
  Scalar scalar_{std::int64_t{0}};
  bool is_scalar_ = false;
};

}  // namespace trireme
