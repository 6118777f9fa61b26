// tests/dispatch/hanging_driver.cpp -- an OpenCL driver that never answers when the loader asks for its platforms
// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

extern "C" __attribute__((visibility("default"))) void* clGetExtensionFunctionAddress(const char*) {
  for (;;) pause();
}
