// tools/cache_text.hpp -- the state of the cache of compiled programs, for people and for programs
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>

#include "trireme/cache.hpp"

namespace trireme::tools {

/// "cache: /home/sam/.cache/trireme", the reason if it is not used as it should, and how full it is.
void print_cache(const CacheReport& report, std::ostream& out);

nlohmann::ordered_json cache_json(const CacheReport& report);

}  // namespace trireme::tools
