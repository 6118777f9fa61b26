// include/trireme/export.hpp -- the macro that makes a symbol visible outside libtrireme
// SPDX-License-Identifier: Apache-2.0
#pragma once

#define TRIREME_API __attribute__((visibility("default")))
