// tests/closing/closing.cpp -- opens, uses and closes a shared object that uses the library, twice, and ends
// SPDX-License-Identifier: Apache-2.0
//
// usage: closing PLUGIN DEVICE
// Exit status 77: there is no such device.
#include <cstdio>

#include <dlfcn.h>

int main(int count, char** words) {
  if (count != 3) return 2;
  for (int turn = 0; turn < 2; ++turn) {
    void* plugin = dlopen(words[1], RTLD_NOW | RTLD_LOCAL);
    if (!plugin) return std::fprintf(stderr, "%s\n", dlerror()), 1;
    const auto compute_on = reinterpret_cast<int (*)(const char*)>(dlsym(plugin, "compute_on"));
    const int result = compute_on ? compute_on(words[2]) : 1;
    if (result == 2) return 77;
    if (result != 0) return std::fprintf(stderr, "wrong result on %s\n", words[2]), 1;
    if (dlclose(plugin) != 0) return std::fprintf(stderr, "%s\n", dlerror()), 1;
  }
  return 0;
}
