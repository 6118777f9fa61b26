// tests/package/hide_tbb.cpp -- an auditor of the loader (LD_AUDIT) for which oneTBB exists in one folder only
// SPDX-License-Identifier: Apache-2.0
//
// ALLOWED: that folder, with a slash at its end. See rtld-audit(7).
#include <link.h>

#include <cstdint>
#include <cstring>

extern "C" unsigned int la_version(unsigned int) { return LAV_CURRENT; }

extern "C" char* la_objsearch(const char* name, std::uintptr_t*, unsigned int flag) {
  const bool is_tbb = std::strstr(name, "libtbb") != nullptr;
  const bool is_allowed = flag == LA_SER_ORIG || std::strncmp(name, ALLOWED, sizeof ALLOWED - 1) == 0;
  return is_tbb && !is_allowed ? nullptr : const_cast<char*>(name);
}
