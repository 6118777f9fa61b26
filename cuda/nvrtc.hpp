// cuda/nvrtc.hpp -- NVRTC, which turns CUDA text into machine code; needs no device
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace trireme::cuda {

using NvrtcResult = int;
using NvrtcProgram = struct _nvrtcProgram*;

/// The functions of nvrtc.def as members.
struct NvrtcFunctions {
#define FUNCTION(name, need, result, parameters) result(*name) parameters = nullptr;
#include "cuda/nvrtc.def"
#undef FUNCTION
};

struct Nvrtc : NvrtcFunctions {
  std::string failures;            // what was tried and why it failed; complete when `library` is ""
  std::string library;             // the name under which it was found
  std::string file;                // and the file, as the loader found it
  std::string identity;            // size and time of the file: releases of one version compile differently
  int version = 0;                 // 13000 for 13.0
  std::vector<int> architectures;  // 90 for sm_90, ascending
};

/// Opens the first usable NVRTC. One of the driver's major version is preferred: code from a newer one may not load.
Nvrtc open_nvrtc(int driver_version);

/// What NVRTC is told to compile for.
struct Target {
  int architecture = 0;  // 0: none that the device can run
  bool exact = false;    // machine code for this device, not PTX for the driver to compile
  std::string option() const;
};
Target choose_target(const Nvrtc& nvrtc, int capability);

/// Machine code or PTX for the text, as cuModuleLoadData takes it. Throws Code::device_failure with the log.
std::string compile_text(const Nvrtc& nvrtc, const std::string& source, const Target& target);

/// What else that depends on: the compiler and its options, in lines of text.
std::string compile_key(const Nvrtc& nvrtc, const Target& target);

}  // namespace trireme::cuda
