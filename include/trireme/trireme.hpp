// include/trireme/trireme.hpp -- the whole public interface
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "trireme/array.hpp"
#include "trireme/cache.hpp"
#include "trireme/create.hpp"
#include "trireme/device.hpp"
#include "trireme/dtype.hpp"
#include "trireme/elementwise.hpp"
#include "trireme/error.hpp"
#include "trireme/explain.hpp"
#include "trireme/half.hpp"
#include "trireme/interop.hpp"
#include "trireme/io.hpp"
#include "trireme/manipulate.hpp"
#include "trireme/memory.hpp"
#include "trireme/profile.hpp"
#include "trireme/reduce.hpp"
#include "trireme/shape.hpp"
