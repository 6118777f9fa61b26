// tests/stand_in/nvrtc.hpp -- the parts of the stand-in compiler: options, text, and the host compiler
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace stand_in {

struct Options {
  int arch = 52;           // NVRTC's default
  bool is_virtual = true;  // compute_NN rather than sm_NN
  bool contract = true;    // --fmad, which NVRTC turns on
  bool flush = false;      // --ftz
  std::string standard = "c++17";
  std::vector<std::string> defines;  // -D and -U, passed on as they are
};

// Reads NVRTC's options. False, with a line in `log`, at one that NVRTC does not have.
bool read_options(const std::vector<std::string>& given, Options* options, std::string* log);

// The architectures that NVRTC 12.9 knows.
const std::vector<int>& supported_archs();

// Wraps CUDA text in the shim and a table of the kernels in it. `name` appears in error messages.
std::string host_text(const std::string& cuda_text, const std::string& name, const Options& options);

using Header = std::pair<std::string, std::string>;  // name, text

// Compiles to a shared object with the host compiler. False when it refuses; its words are in `log` either way.
bool compile_object(const std::string& text, const std::vector<Header>& headers, const Options& options, std::string* object,
                    std::string* log);

}  // namespace stand_in
