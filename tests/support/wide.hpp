// tests/support/wide.hpp -- the floating type of the oracles with more than twice the digits of double
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace trireme::test {

// More than twice the digits of double, plus 2: then rounding to it first and to double (or float) after gives the same as
// rounding once, for + - * / (Figueroa 1995).
#if __LDBL_MANT_DIG__ == 113
using Wide = long double;
#else
__extension__ typedef __float128 Wide;
#endif

}  // namespace trireme::test
