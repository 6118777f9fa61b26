// tests/support/prepare.hpp -- compiles the programs of many lazy arrays at once, where compilations are slow
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "trireme/array.hpp"

namespace trireme::test {

/// Spares a device with a slow compiler one compilation per array. Results are the same without it, and without
/// TRIREME_TEST_INTERNALS, that is when the tests see the shared library's exported symbols only, it does nothing.
void prepare(std::span<const array> arrays);

}  // namespace trireme::test
