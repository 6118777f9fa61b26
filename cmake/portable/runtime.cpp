// cmake/portable/runtime.cpp -- lets a statically linked C++ runtime share its exceptions with the program's own
// SPDX-License-Identifier: Apache-2.0
//
// Linked into what the portable release consists of, and into nothing else. An exception that the library throws is
// caught by its user, whose C++ runtime is another copy. Each copy counts what is thrown and what is caught, so both
// must count in one place, or std::uncaught_exceptions() stays wrong in a thread that caught one. That place is the
// shared runtime's, which is in the process because oneTBB needs it. The layout is the Itanium C++ ABI's, 2.2.2.
#include <dlfcn.h>

#include <atomic>

namespace {

struct Globals {
  void* caught;
  unsigned int uncaught;
};
using GetGlobals = Globals* (*)();

thread_local Globals own_globals{};
Globals* get_own_globals() { return &own_globals; }

std::atomic<GetGlobals> get_globals{nullptr};

Globals* globals() {
  GetGlobals get = get_globals.load(std::memory_order_relaxed);
  if (!get) {
    get = reinterpret_cast<GetGlobals>(dlsym(RTLD_DEFAULT, "__cxa_get_globals"));
    if (!get) get = get_own_globals;
    get_globals.store(get, std::memory_order_relaxed);
  }
  return get();
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) void* __cxa_get_globals() noexcept { return globals(); }
extern "C" __attribute__((visibility("hidden"))) void* __cxa_get_globals_fast() noexcept { return globals(); }
