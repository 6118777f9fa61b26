// tests/generated_source/reference.cpp -- the scalar interpreter that generated text is compared with
// SPDX-License-Identifier: Apache-2.0
#include "reference.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <type_traits>

#include "math/rows.hpp"
#include "program/rule.hpp"
#include "program/reduction_order.hpp"

namespace trireme::test {

namespace {

using program::Instruction;
using program::Opcode;
using program::Program;

template <class T>
struct ValueOf {
  using type = math::Scalar<T>;
};
template <>
struct ValueOf<bool> {
  using type = math::ScalarMask;
};
template <class T>
using Of = typename ValueOf<T>::type;

template <class T>
Of<T> wrap(Element bits) {
  if constexpr (std::is_same_v<T, bool>)
    return Of<T>(bits != 0);
  else
    return Of<T>(from<T>(bits));
}
Element unwrap(math::ScalarMask m) { return m.value; }
template <class T>
Element unwrap(math::Scalar<T> v) {
  return bits_of(v.value);
}

/// Whether a row of the rule has an expression over values of these types, of machine dtypes.
template <program::Rule rule, class A, class B>
constexpr bool takes() {
  using program::Rule;
  constexpr bool kBool = std::is_same_v<B, math::ScalarMask>;
  if constexpr (rule == Rule::choice) return std::is_same_v<A, math::ScalarMask>;
  else if constexpr (!std::is_same_v<A, B>) return false;
  else if constexpr (rule == Rule::component || rule == Rule::conjugate || rule == Rule::pairing) return false;
  else if constexpr (rule == Rule::equality || rule == Rule::comparison) return true;
  else if constexpr (rule == Rule::logical) return kBool;
  else if constexpr (kBool) return rule == Rule::bitwise;
  else if constexpr (program::is_of_floats(rule) || rule == Rule::rounding) return B::kFloat;
  else if constexpr (rule == Rule::integral || rule == Rule::bitwise) return !B::kFloat;
  else return true;
}

template <class A, class B>
Element table(Opcode row, [[maybe_unused]] A a, [[maybe_unused]] B b, [[maybe_unused]] B c) {
  switch (row) {
#define OP(name, arity, rule, expression, doc)                                       \
  case Opcode::name:                                                                 \
    if constexpr (takes<program::Rule::rule, A, B>()) return unwrap(expression);     \
    break;
#include "trireme/elementwise.def"
#undef OP
    default:
      break;
  }
  throw std::logic_error("reference: a row that does not take its operands");
}

template <class T>
constexpr bool kHalf = std::is_same_v<T, float16> || std::is_same_v<T, bfloat16>;

/// A half from any number: rounded by the public classes from a float that was rounded to odd before, in long double,
/// which holds every number that there is.
template <class U>
U to_half(long double v) {
  float nearest = static_cast<float>(v);
  if (nearest == v || v != v) return U(nearest);
  if ((std::bit_cast<std::uint32_t>(nearest) & 1) == 0)
    nearest = std::nextafter(nearest, v > nearest ? HUGE_VALF : -HUGE_VALF);
  return U(nearest);
}

template <class T, class U>
U cast(T v) {
  if constexpr (kHalf<T>) {
    return cast<float, U>(static_cast<float>(v));
  } else if constexpr (std::is_same_v<U, bool>) {
    return v != 0;
  } else if constexpr (kHalf<U>) {
    return to_half<U>(static_cast<long double>(v));
  } else if constexpr (std::is_floating_point_v<T> && std::is_integral_v<U>) {
    // In long double every bound is exact.
    const long double wide = v;
    if (v != v) return 0;
    if (wide >= static_cast<long double>(std::numeric_limits<U>::max())) return std::numeric_limits<U>::max();
    if (wide <= static_cast<long double>(std::numeric_limits<U>::min())) return std::numeric_limits<U>::min();
    return static_cast<U>(v);
  } else {
    return static_cast<U>(v);
  }
}

Element cast_bits(Dtype from_type, Dtype to_type, Element v) {
  return with_type(from_type, [&](auto t) {
    return with_type(to_type, [&](auto u) {
      using T = decltype(t);
      using U = decltype(u);
      if constexpr (std::is_same_v<T, bool>)
        return bits_of<U>(cast<int, U>(v != 0));
      else
        return bits_of<U>(cast<T, U>(from<T>(v)));
    });
  });
}

template <class T>
Element quotient_bits(Element a, Element b) {
  const T x = from<T>(a), y = from<T>(b);
  if (y == 0) return 0;
  if (std::is_signed_v<T> && y == static_cast<T>(-1)) return bits_of(static_cast<T>(std::make_unsigned_t<T>(0) - static_cast<std::make_unsigned_t<T>>(x)));
  return bits_of(static_cast<T>(x / y));
}

Element primitive(const Program& p, const Instruction& i, Element a, Element b) {
  const std::uint64_t width = 8 * item_size(i.type);
  const Element mask = width == 64 ? ~Element{0} : (Element{1} << width) - 1;
  switch (i.op) {
    case Opcode::constant:
      return i.literal;
    case Opcode::as_int:
    case Opcode::as_float:
      return a;
    case Opcode::bit_and:
      return a & b;
    case Opcode::bit_or:
      return a | b;
    case Opcode::bit_xor:
      return a ^ b;
    case Opcode::bit_not:
      return ~a & mask;
    case Opcode::shift_left:
      return a << i.literal & mask;
    case Opcode::shift_right_logical:
      return a >> i.literal;
    case Opcode::shift_left_by:
      return a << b & mask;
    case Opcode::quotient:
      return with_machine_type(i.type, [&](auto t) -> Element {
        if constexpr (std::is_integral_v<decltype(t)> && !std::is_same_v<decltype(t), bool>) return quotient_bits<decltype(t)>(a, b);
        else throw std::logic_error("reference: a quotient of another dtype than integers");
      });
    case Opcode::shift_right:
      return width == 64 ? bits_of(from<std::int64_t>(a) >> i.literal) : bits_of(from<std::int32_t>(a) >> i.literal);
    default:
      return cast_bits(p.body[i.operand[0]].type, i.type, a);
  }
}

Element row(const Program& p, const Instruction& i, Element a, Element b, Element c) {
  const program::Rule rule = program::info(i.op).rule;
  const Dtype type = p.body[i.operand[rule == program::Rule::choice ? 1 : 0]].type;
  return with_machine_type(type, [&](auto t) {
    using T = decltype(t);
    if (rule == program::Rule::choice) return table(i.op, math::ScalarMask(a != 0), wrap<T>(b), wrap<T>(c));
    return table(i.op, wrap<T>(a), wrap<T>(b), wrap<T>(c));
  });
}

/// One position of the domain.
class Item {
 public:
  Item(Work& work, std::int64_t linear) : w_(work), values_(work.program.body.size()), linear_(linear) {
    for (int k = w_.domain.rank - 1; k >= 0; --k) {
      coordinate_[k] = linear % w_.domain.extent[k];
      linear /= w_.domain.extent[k];
    }
  }

  /// Returns the operand of the reduce, if there is one.
  Element run() {
    for (at_ = 0; at_ < w_.program.body.size(); ++at_) step(w_.program.body[at_]);
    return result_;
  }

 private:
  std::int64_t place(std::uint16_t p) const {
    const program::Access& access = w_.accesses[p];
    if (w_.layout.access[p] == program::AccessKind::single) return access.offset;
    if (w_.layout.access[p] == program::AccessKind::contiguous) return access.offset + linear_;
    std::int64_t at = access.offset;
    for (int k = 0; k < w_.domain.rank; ++k) {
      std::int64_t x = coordinate_[k];
      if (access.wrapped && access.modulus[k]) x = (access.start[k] + x) % access.modulus[k];
      at += access.stride[k] * x;
    }
    return at;
  }

  void skip(Opcode stop_a, Opcode stop_b) {  // to the matching end, or else, of the region that opens at at_
    for (int depth = 0;;) {
      const Opcode op = w_.program.body[++at_].op;
      if (depth == 0 && (op == stop_a || op == stop_b)) return;
      if (op == Opcode::if_begin || op == Opcode::loop_begin || op == Opcode::for_begin) ++depth;
      if (op == Opcode::if_end || op == Opcode::loop_end || op == Opcode::for_end) --depth;
    }
  }

  void step(const Instruction& i) {
    const Element a = i.operand[0] == program::kNoValue ? 0 : values_[i.operand[0]];
    const Element b = i.operand[1] == program::kNoValue ? 0 : values_[i.operand[1]];
    const Element c = i.operand[2] == program::kNoValue ? 0 : values_[i.operand[2]];
    Element& own = values_[at_];
    switch (i.op) {
      case Opcode::scalar:
        own = w_.scalars[i.parameter];
        return;
      case Opcode::load:
        own = w_.program.parameters[i.parameter].role == program::Role::index
                  ? bits_of(place(i.parameter))
                  : w_.buffers[i.parameter].at(static_cast<std::size_t>(place(i.parameter)));
        return;
      case Opcode::store:
        w_.buffers[i.parameter].at(static_cast<std::size_t>(place(i.parameter))) = a;
        return;
      case Opcode::store_pair:  // of complex64, whose two parts are one element here
        w_.buffers[i.parameter].at(static_cast<std::size_t>(place(i.parameter))) = a | b << 32;
        return;
      case Opcode::load_at:
        own = w_.buffers[i.parameter].at(
            static_cast<std::size_t>(w_.accesses[i.parameter].offset + from<std::int64_t>(a)));
        return;
      case Opcode::position:
        own = bits_of(coordinate_[i.literal]);
        return;
      case Opcode::local:
      case Opcode::get:
        own = a;
        return;
      case Opcode::set:
        values_[i.operand[0]] = b;
        return;
      case Opcode::if_begin:
        if (!a) skip(Opcode::if_else, Opcode::if_end);
        return;
      case Opcode::if_else:
        skip(Opcode::if_end, Opcode::if_end);
        return;
      case Opcode::loop_begin:
        loops_.push_back(at_);
        return;
      case Opcode::loop_while:
        if (a) return;
        skip(Opcode::loop_end, Opcode::loop_end);
        loops_.pop_back();
        return;
      case Opcode::loop_end:
        at_ = loops_.back();
        return;
      case Opcode::for_begin:
        own = a;
        loops_.push_back(at_);
        leave_for();
        return;
      case Opcode::for_end: {
        at_ = loops_.back();
        const Instruction& begin = w_.program.body[at_];
        values_[at_] += values_[begin.operand[2]];
        leave_for();
        return;
      }
      case Opcode::reduce_add:
      case Opcode::reduce_multiply:
      case Opcode::reduce_minimum:
      case Opcode::reduce_maximum:
        result_ = a;
        return;
      case Opcode::if_end:
        return;
      default:
        own = program::is_table_op(i.op) ? row(w_.program, i, a, b, c) : primitive(w_.program, i, a, b);
    }
  }

  void leave_for() {
    const Instruction& begin = w_.program.body[at_];
    if (from<std::int64_t>(values_[at_]) < from<std::int64_t>(values_[begin.operand[1]])) return;
    skip(Opcode::for_end, Opcode::for_end);
    loops_.pop_back();
  }

  Work& w_;
  std::vector<Element> values_;
  std::vector<std::size_t> loops_;
  std::int64_t linear_;
  std::int64_t coordinate_[kMaxRank] = {};
  std::size_t at_ = 0;
  Element result_ = 0;
};

Element combine(const Instruction& reduce, Element a, Element b) {
  const Opcode op = reduce.op == Opcode::reduce_add        ? Opcode::add
                    : reduce.op == Opcode::reduce_multiply ? Opcode::multiply
                    : reduce.op == Opcode::reduce_minimum  ? Opcode::minimum
                                                           : Opcode::maximum;
  return with_machine_type(reduce.type,
                   [&](auto t) { return table(op, wrap<decltype(t)>(a), wrap<decltype(t)>(b), wrap<decltype(t)>(b)); });
}

Element identity(const Instruction& reduce) {
  if (reduce.op == Opcode::reduce_add) return 0;
  return with_machine_type(reduce.type, [&](auto t) {
    if (reduce.op == Opcode::reduce_multiply) return bits_of(static_cast<decltype(t)>(1));
    using Limits = std::numeric_limits<decltype(t)>;
    const bool lowest = reduce.op == Opcode::reduce_maximum;
    if constexpr (Limits::has_infinity)
      return bits_of(lowest ? -Limits::infinity() : Limits::infinity());
    else
      return bits_of(lowest ? Limits::min() : Limits::max());
  });
}

void reduce(Work& w) {
  const Instruction& last = w.program.body.back();
  const bool inner = w.program.form == program::Form::reduce_inner;
  const program::ReductionOrder order = inner ? program::kInnerOrder : program::kOuterOrder;
  const std::int64_t kept = w.domain.kept_size(), run = w.domain.run_size(), chunks = program::chunks(order, run);
  for (std::int64_t k = 0; k < kept; ++k)
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      std::vector<Element> lane(static_cast<std::size_t>(order.lanes), identity(last));
      for (std::int64_t e = 0; e < order.chunk && chunk * order.chunk + e < run; ++e) {
        Element& l = lane[static_cast<std::size_t>(e % order.lanes)];
        l = combine(last, l, Item(w, k * run + chunk * order.chunk + e).run());
      }
      for (std::size_t s = lane.size() / 2; s > 0; s /= 2)
        for (std::size_t l = 0; l < s; ++l) lane[l] = combine(last, lane[l], lane[l + s]);
      const std::int64_t at = w.accesses[last.parameter].offset + (inner ? k * chunks + chunk : chunk * kept + k);
      w.buffers[last.parameter].at(static_cast<std::size_t>(at)) = lane[0];
    }
}

}  // namespace

void run_reference(Work& work) {
  const bool maps = work.program.form == program::Form::map || work.program.form == program::Form::kernel;
  if (!maps) return reduce(work);
  for (std::int64_t k = 0; k < work.domain.size(); ++k) Item(work, k).run();
}

}  // namespace trireme::test
