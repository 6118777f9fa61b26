// hull/program/trace.hpp -- the value type of the dialect that turns table rows and math/ into program code
// SPDX-License-Identifier: Apache-2.0
//
// Operations on Traced values make nodes of the thread's current Trace; nothing is numbered until Trace::emit walks
// from a result to what it needs, operands first and from left to right. Host compilers evaluate the arguments of a
// call in different orders, so numbering at construction would differ between them. Equal nodes are one node.
#pragma once

#include <bit>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "math/dialect.hpp"
#include "program/program.hpp"

namespace trireme::program {

/// The nodes of one traced expression. Current in its thread from its construction to its destruction.
class Trace {
 public:
  using Node = std::uint32_t;
  static constexpr Node kNone = ~Node{0};

  Trace();
  ~Trace();
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  /// The innermost Trace of this thread. Throws Code::internal when there is none.
  static Trace& current();

  Node node(Opcode op, Dtype type, Node a = kNone, Node b = kNone, Node c = kNone, std::uint64_t literal = 0);
  /// A node that stands for a value which `builder` already has.
  Node given(Dtype type, Value value);
  /// A loop of the program that replaces `values`, of `types`, `count` times by what `step` gives for them; returns the
  /// last ones. What a step needs and does not change is computed before the loop. Loops do not nest.
  template <class Step>
  std::vector<Node> loop(int count, std::vector<Node> values, const std::vector<Dtype>& types, Step step) {
    std::vector<Node> variables = begin_loop(count, std::move(values), types);
    return end_loop(step(std::move(variables)));
  }
  /// Appends what `root` needs and is not there yet, and returns the value of `root`. Always the same builder.
  Value emit(Builder& builder, Node root);

 private:
  struct Entry {
    Opcode op;
    Dtype type;
    Node operand[3];
    std::uint64_t literal;
    Value value;          // kNoValue until emitted
    bool varies = false;  // depends on a variable of a loop, and so belongs into it
    std::int32_t loop = -1;  // of a loop's last values: which one
  };
  struct Loop {
    int count;
    std::vector<Node> first, variables, next, last;
  };
  std::vector<Node> begin_loop(int count, std::vector<Node> values, const std::vector<Dtype>& types);
  std::vector<Node> end_loop(std::vector<Node> next);
  void emit_loop(Builder& builder, std::size_t loop);
  void emit_invariant(Builder& builder, Node node, std::vector<bool>& seen);

  std::vector<Entry> nodes_;
  std::vector<Loop> loops_;
  bool in_loop_ = false;
  Trace* previous_;
};

/// A bool of the traced program.
class TracedMask {
 public:
  TracedMask() = default;
  explicit TracedMask(Trace::Node n) : node_(n) {}
  Trace::Node node() const { return node_; }

  friend TracedMask operator&(TracedMask a, TracedMask b) { return make(Opcode::logical_and, a, b); }
  friend TracedMask operator|(TracedMask a, TracedMask b) { return make(Opcode::logical_or, a, b); }
  friend TracedMask operator^(TracedMask a, TracedMask b) { return make(Opcode::logical_xor, a, b); }
  friend TracedMask operator!(TracedMask a) {
    return TracedMask(Trace::current().node(Opcode::logical_not, Dtype::boolean, a.node_));
  }
  friend TracedMask operator==(TracedMask a, TracedMask b) { return make(Opcode::equal, a, b); }
  friend TracedMask operator!=(TracedMask a, TracedMask b) { return make(Opcode::not_equal, a, b); }
  friend TracedMask operator<(TracedMask a, TracedMask b) { return make(Opcode::less, a, b); }
  friend TracedMask operator<=(TracedMask a, TracedMask b) { return make(Opcode::less_equal, a, b); }
  friend TracedMask operator>(TracedMask a, TracedMask b) { return make(Opcode::greater, a, b); }
  friend TracedMask operator>=(TracedMask a, TracedMask b) { return make(Opcode::greater_equal, a, b); }
  friend TracedMask select(TracedMask m, TracedMask a, TracedMask b) {
    return TracedMask(Trace::current().node(Opcode::where, Dtype::boolean, m.node_, a.node_, b.node_));
  }
  friend bool any(TracedMask) { return true; }

 private:
  static TracedMask make(Opcode op, TracedMask a, TracedMask b) {
    return TracedMask(Trace::current().node(op, Dtype::boolean, a.node_, b.node_));
  }
  Trace::Node node_ = Trace::kNone;
};

/// A float, double, or (u)int32_t or (u)int64_t of the traced program.
template <class T>
class Traced {
 public:
  static constexpr bool kFloat = std::is_floating_point_v<T>;
  static constexpr Dtype kType = dtype_of<T>;
  using Partner = typename math::partner<T>::type;

  Traced() = default;
  explicit Traced(T literal)
      : node_(Trace::current().node(Opcode::constant, kType, Trace::kNone, Trace::kNone, Trace::kNone, bits(literal))) {
  }
  static Traced from(Trace::Node n) {
    Traced t;
    t.node_ = n;
    return t;
  }
  Trace::Node node() const { return node_; }

  friend Traced operator+(Traced a, Traced b) { return make(Opcode::add, a, b); }
  friend Traced operator-(Traced a, Traced b) { return make(Opcode::subtract, a, b); }
  friend Traced operator*(Traced a, Traced b) { return make(Opcode::multiply, a, b); }
  friend Traced operator-(Traced a) { return make(Opcode::negative, a); }
  friend Traced operator/(Traced a, Traced b) requires kFloat { return make(Opcode::divide, a, b); }
  friend Traced sqrt(Traced a) requires kFloat { return make(Opcode::sqrt, a); }
  friend Traced fma(Traced a, Traced b, Traced c) requires kFloat {
    return from(Trace::current().node(Opcode::fma, kType, a.node_, b.node_, c.node_));
  }

  // Functions of the parts of complex numbers are calls of their rows (math/complex_functions.hpp).
#define TRIREME_ROW(name) \
  friend Traced row_##name(Traced a) requires kFloat { return make(Opcode::name, a); }
  TRIREME_ROW(exp)
  TRIREME_ROW(expm1)
  TRIREME_ROW(log)
  TRIREME_ROW(log1p)
  TRIREME_ROW(sin)
  TRIREME_ROW(cos)
  TRIREME_ROW(tan)
  TRIREME_ROW(sinh)
  TRIREME_ROW(cosh)
#undef TRIREME_ROW
  friend Traced row_atan2(Traced a, Traced b) requires kFloat { return make(Opcode::atan2, a, b); }
  friend Traced row_hypot(Traced a, Traced b) requires kFloat { return make(Opcode::hypot, a, b); }

  friend TracedMask operator==(Traced a, Traced b) { return compare(Opcode::equal, a, b); }
  friend TracedMask operator!=(Traced a, Traced b) { return compare(Opcode::not_equal, a, b); }
  friend TracedMask operator<(Traced a, Traced b) { return compare(Opcode::less, a, b); }
  friend TracedMask operator<=(Traced a, Traced b) { return compare(Opcode::less_equal, a, b); }
  friend TracedMask operator>(Traced a, Traced b) { return compare(Opcode::greater, a, b); }
  friend TracedMask operator>=(Traced a, Traced b) { return compare(Opcode::greater_equal, a, b); }
  friend Traced select(TracedMask m, Traced a, Traced b) {
    return from(Trace::current().node(Opcode::where, kType, m.node(), a.node_, b.node_));
  }

  friend Traced operator&(Traced a, Traced b) requires(!kFloat) { return make(Opcode::bit_and, a, b); }
  friend Traced operator|(Traced a, Traced b) requires(!kFloat) { return make(Opcode::bit_or, a, b); }
  friend Traced operator^(Traced a, Traced b) requires(!kFloat) { return make(Opcode::bit_xor, a, b); }
  friend Traced operator~(Traced a) requires(!kFloat) { return make(Opcode::bit_not, a); }
  friend Traced shift_left(Traced a, int k) requires(!kFloat) { return shift(Opcode::shift_left, a, k); }
  friend Traced shift_right(Traced a, int k) requires(!kFloat) { return shift(Opcode::shift_right, a, k); }
  friend Traced shift_right_logical(Traced a, int k) requires(!kFloat) {
    return shift(Opcode::shift_right_logical, a, k);
  }
  friend Traced shift_left(Traced a, Traced k) requires(!kFloat) { return make(Opcode::shift_left_by, a, k); }
  friend Traced shift_right(Traced a, Traced k) requires(!kFloat) { return make(Opcode::shift_right_by, a, k); }
  friend Traced quotient(Traced a, Traced b) requires(!kFloat) { return make(Opcode::quotient, a, b); }

  friend Traced<Partner> as_int(Traced a) requires kFloat { return convert(Opcode::as_int, a); }
  friend Traced<Partner> as_float(Traced a) requires(!kFloat) { return convert(Opcode::as_float, a); }
  friend Traced<Partner> to_int(Traced a) requires kFloat { return convert(Opcode::to_int, a); }
  friend Traced<Partner> to_float(Traced a) requires(!kFloat) { return convert(Opcode::to_float, a); }

 private:
  static std::uint64_t bits(T literal) {
    if constexpr (sizeof(T) == 4)
      return std::bit_cast<std::uint32_t>(literal);
    else
      return std::bit_cast<std::uint64_t>(literal);
  }
  static Traced make(Opcode op, Traced a, Traced b = {}) {
    return from(Trace::current().node(op, kType, a.node_, b.node_));
  }
  static Traced shift(Opcode op, Traced a, int k) {
    return from(Trace::current().node(op, kType, a.node_, Trace::kNone, Trace::kNone, static_cast<std::uint64_t>(k)));
  }
  static TracedMask compare(Opcode op, Traced a, Traced b) {
    return TracedMask(Trace::current().node(op, Dtype::boolean, a.node_, b.node_));
  }
  static Traced<Partner> convert(Opcode op, Traced a) {
    return Traced<Partner>::from(Trace::current().node(op, dtype_of<Partner>, a.node_));
  }
  Trace::Node node_ = Trace::kNone;
};

/// As astype, of machine dtypes.
template <class To, class From>
Traced<To> convert(Traced<From> v) {
  return Traced<To>::from(Trace::current().node(Opcode::cast, dtype_of<To>, v.node()));
}

/// Whether `row` is an instruction of programs for operands of `type` (of `where`, the last two). Programs compute in
/// the machine dtypes bool, i32, i64, u32, u64, f32 and f64; program/lower.hpp brings the others there.
bool takes(Opcode row, Dtype type);

/// What `row` gives for operands of `type`, a machine dtype.
Dtype result_type(Opcode row, Dtype type);

/// The conversion between a machine dtype and f16 or bf16 as a map of one scalar parameter; the half is an i32 that holds
/// its bits.
Program expand_cast(Dtype from, Dtype to);

/// The row's expression in the table as a map without inputs: operands are the scalar parameters p0.., the result is
/// stored to the last parameter. Throws Code::internal when takes(row, type) is false.
Program expand(Opcode row, Dtype type);

}  // namespace trireme::program

template <class T>
struct trireme::math::value_traits<trireme::program::Traced<T>> {
  using element = T;
  using mask = trireme::program::TracedMask;
  template <class U>
  using with = trireme::program::Traced<U>;

  /// The dialect's repeat. `step` sees the loop's variables, and is called once.
  template <class Step, class... V>
  static void repeat(int count, Step step, V&... state) {
    using trireme::program::Trace;
    const auto last = Trace::current().loop(count, {state.node()...}, {V::kType...}, [&](std::vector<Trace::Node> now) {
      std::size_t k = 0;
      ((state = V::from(now[k++])), ...);
      step(state...);
      return std::vector<Trace::Node>{state.node()...};
    });
    std::size_t k = 0;
    ((state = V::from(last[k++])), ...);
  }
};
