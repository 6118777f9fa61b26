// cpu/jit_asmjit.cpp -- the part of AsmJit that prints: replaced, so that a static library for programs suffices
// SPDX-License-Identifier: Apache-2.0
//
// Debian compiles libasmjit.a for programs, not for shared libraries. All that keeps it out of one is the reference to
// stderr in its core/globals.cpp. With the functions of that file here the linker does not take it. A library prints
// nothing anyhow; what fails is known by its number.
#include <asmjit/core.h>

ASMJIT_BEGIN_NAMESPACE

const char* DebugUtils::errorAsString(Error) noexcept { return "error"; }

void DebugUtils::debugOutput(const char*) noexcept {}

// Called by assertions, which a release build of AsmJit does not have.
void DebugUtils::assertionFailed(const char*, int, const char*) noexcept { __builtin_trap(); }

ASMJIT_END_NAMESPACE
