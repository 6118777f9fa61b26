// tests/support/prepare.cpp -- compiles the programs of many lazy arrays at once, where compilations are slow
// SPDX-License-Identifier: Apache-2.0
#include "support/prepare.hpp"

#ifdef TRIREME_TEST_INTERNALS
#include "dispatch/evaluate.hpp"
#endif

namespace trireme::test {

void prepare([[maybe_unused]] std::span<const array> arrays) {
#ifdef TRIREME_TEST_INTERNALS
  dispatch::prepare(arrays);
#endif
}

}  // namespace trireme::test
