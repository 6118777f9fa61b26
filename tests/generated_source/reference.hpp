// tests/generated_source/reference.hpp -- runs a program on the host, position by position, in scalar code
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "program/domain.hpp"
#include "program/program.hpp"
#include "program/work_type.hpp"

namespace trireme::test {

/// Bits of an element in the low bytes.
using Element = std::uint64_t;

template <class T>
T from(Element bits) {
  T value;
  std::memcpy(static_cast<void*>(&value), &bits, sizeof value);
  return value;
}
template <class T>
Element bits_of(T value) {
  Element bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  return bits;
}

/// Calls f with a value of the C++ type of `type`, which has one number, and returns the element it returns.
template <class F>
Element with_type(Dtype type, F f) {
  switch (type) {
#define DTYPE(name, ctype, kind, descriptor, text)                              \
  case Dtype::name:                                                             \
    if constexpr (Kind::kind != Kind::complex) return f(ctype{});               \
    break;
#include "trireme/dtype.def"
#undef DTYPE
  }
  throw std::logic_error("reference: a complex dtype");
}

/// The same for machine dtypes.
template <class F>
Element with_machine_type(Dtype type, F f) {
  switch (type) {
#define DTYPE(name, ctype, kind, descriptor, text)                              \
  case Dtype::name:                                                             \
    if constexpr (program::is_machine(Dtype::name)) return f(ctype{});          \
    break;
#include "trireme/dtype.def"
#undef DTYPE
  }
  throw std::logic_error("reference: not a machine dtype");
}

/// What a launch is given: per parameter its elements (inputs and outputs), access (inputs) and bits (scalars).
struct Work {
  program::Program program;
  program::Domain domain;
  program::Layout layout;
  std::vector<std::vector<Element>> buffers;
  std::vector<program::Access> accesses;
  std::vector<Element> scalars;
};

/// Writes the outputs' elements, from each output's offset. Of a reduction over several chunks it writes the partials.
void run_reference(Work& work);

/// Equal bits, or both NaN.
bool same_element(Dtype type, Element a, Element b);

/// Some dozens of elements of `type`: special values first, then mixed magnitudes. `seed` picks the latter.
std::vector<Element> sample(Dtype type, std::size_t count, std::uint64_t seed);

}  // namespace trireme::test
