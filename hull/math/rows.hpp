// hull/math/rows.hpp -- everything that the expressions of include/trireme/elementwise.def call
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/complex.hpp"
#include "math/exp.hpp"
#include "math/integer.hpp"
#include "math/log.hpp"
#include "math/ordering.hpp"
#include "math/rounding.hpp"
#include "math/tanh.hpp"
