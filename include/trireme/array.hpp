// include/trireme/array.hpp -- the array: a cheap handle to an immutable, lazily computed n-d value
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <concepts>
#include <cstdint>
#include <functional>
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
  bool above_i64 = false;  // integer: `integer` holds the bits of a std::uint64_t beyond std::int64_t
  union {
    std::int64_t integer = 0;
    double floating;  // of a complex number its real part
  };
  double imaginary = 0;

  Scalar(bool v) : kind(Kind::boolean), integer(v) {}
  template <std::integral T>
  Scalar(T v) : kind(Kind::integer), integer(static_cast<std::int64_t>(v)) {
    static_assert(sizeof(T) <= 8);
    if constexpr (sizeof(T) == 8 && std::unsigned_integral<T>)
      above_i64 = v > static_cast<T>(std::numeric_limits<std::int64_t>::max());
  }
  template <std::floating_point T>
  Scalar(T v) : kind(Kind::floating), floating(static_cast<double>(v)) {}
  Scalar(float16 v) : Scalar(static_cast<float>(v)) {}
  Scalar(bfloat16 v) : Scalar(static_cast<float>(v)) {}
  template <std::floating_point T>
  Scalar(std::complex<T> v)
      : kind(Kind::complex), floating(static_cast<double>(v.real())), imaginary(static_cast<double>(v.imag())) {}
};

/// What an Operand can be made of beside arrays.
template <class T>
concept Number = std::is_arithmetic_v<T> || std::is_same_v<T, float16> || std::is_same_v<T, bfloat16> ||
                 std::is_same_v<T, std::complex<float>> || std::is_same_v<T, std::complex<double>>;

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
  ~array() {
    if (node_) drop();
  }

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

  /// An array over `values` themselves, row-major in the given shape; nothing is copied. They must stay unchanged until
  /// `on_release` has been called, once, on whichever thread drops the last array that needs them; what it throws is
  /// lost. bools must be 0 or 1. Throws Code::shape_mismatch when the counts differ, Code::invalid_argument for memory that
  /// is not aligned for T; then `on_release` is not called.
  template <class T>
  static array borrow(std::span<const T> values, const Shape& shape, std::function<void()> on_release = {}) {
    return borrow_host(values.data(), static_cast<std::int64_t>(values.size()), shape, dtype_of<T>, std::move(on_release));
  }
  static array borrow_host(const void* data, std::int64_t count, const Shape& shape, Dtype dtype,
                           std::function<void()> on_release);

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

  /// All elements where they lie, row-major; evaluates. Valid for as long as this array. Throws Code::dtype_mismatch unless
  /// T is the element type, Code::invalid_argument for an array on another device (use to()) or a view whose elements
  /// are not in row-major order (use contiguous()).
  template <class T>
  std::span<const T> span() const {
    return {static_cast<const T*>(span_data(dtype_of<T>)), static_cast<std::size_t>(size())};
  }
  /// The same values, evaluated, in row-major order: the array itself where it is so already.
  array contiguous() const;

  /// Computes the value into memory that is there already, without a block of its own: into size() elements of the
  /// user's, or into the memory of `out`, which has the same dtype and shape. What else holds the old values of
  /// `out` keeps them: then `out` gets new memory. Memory of the user's must not be what this array still has to read, as
  /// that of a borrowed array. This array stays lazy if it was. Throws Code::dtype_mismatch or Code::shape_mismatch.
  template <class T>
  void eval_into(std::span<T> destination) const {
    eval_into_host(destination.data(), static_cast<std::int64_t>(destination.size()), dtype_of<T>);
  }
  void eval_into(array& out) const;

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
  void drop() noexcept;
  void item_to(void* destination, Dtype as) const;
  const void* span_data(Dtype as) const;
  void eval_into_host(void* destination, std::int64_t count, Dtype as) const;
  void expect_dtype(const char* function, Dtype as) const;
  [[noreturn]] void throw_no_room(const char* function) const;
  graph::Node* node_ = nullptr;
};

/// An argument of an operation: an array, or a weak C++ scalar.
class TRIREME_API Operand {
 public:
  Operand(array&& a) noexcept : node_(a.release()) {}
  Operand(const array& a) noexcept : Operand(array(a)) {}
  template <Number T>
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

/// `x` with the elements that `slices` select replaced by `value`, which broadcasts to them and is converted to the
/// dtype of x. Computed at once; if `x` is moved in and nothing else holds its values, they are written over in place,
/// else they are copied first. Throws Code::shape_mismatch, Code::dtype_mismatch for a value of a higher kind (a float
/// for integers), Code::out_of_range for a scalar that does not.
TRIREME_API array update(array x, std::span<const Slice> slices, Operand value);
TRIREME_API array update(array x, std::initializer_list<Slice> slices, Operand value);

}  // namespace trireme
