// hull/math/rows.hpp -- everything that the expressions of include/trireme/elementwise.def call
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "math/complex.hpp"
#include "math/exp.hpp"
#include "math/fmod.hpp"
#include "math/integer.hpp"
#include "math/log.hpp"
#include "math/number_theory.hpp"
#include "math/ordering.hpp"
#include "math/rounding.hpp"
#include "math/scaling.hpp"
#include "math/tanh.hpp"
