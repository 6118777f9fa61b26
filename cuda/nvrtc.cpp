// cuda/nvrtc.cpp -- opens NVRTC and compiles one translation unit
// SPDX-License-Identifier: Apache-2.0
#include "cuda/nvrtc.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "dispatch/dynamic_library.hpp"
#include "trireme/error.hpp"

namespace trireme::cuda {
namespace {

constexpr int kOldestNvrtc = 12000;

// The file name first, so that LD_LIBRARY_PATH counts; then where the toolkit's installer puts it.
constexpr std::string_view kNames13[] = {"libnvrtc.so.13", "/usr/local/cuda/lib64/libnvrtc.so.13"};
constexpr std::string_view kNames12[] = {"libnvrtc.so.12", "/usr/local/cuda/lib64/libnvrtc.so.12"};

// The options that make arithmetic what exact numerics needs; see docs on numerics.
constexpr const char* kOptions[] = {"--fmad=false",     "--ftz=false", "--prec-div=true",
                                    "--prec-sqrt=true", "--std=c++17", "-default-device"};

// Why `library` is no use; "" when it is.
std::string load(const dispatch::DynamicLibrary& library, Nvrtc& nvrtc) {
  std::string missing;
  constexpr bool required = true;
  [[maybe_unused]] constexpr bool optional = false;
#define FUNCTION(name, need, result, parameters)                              \
  nvrtc.name = reinterpret_cast<result(*) parameters>(library.symbol(#name)); \
  if (need && !nvrtc.name) missing += missing.empty() ? #name : ", " #name;
#include "cuda/nvrtc.def"
#undef FUNCTION
  if (!missing.empty()) return "lacks " + missing;

  int major = 0, minor = 0;
  if (const NvrtcResult code = nvrtc.nvrtcVersion(&major, &minor))
    return std::string("nvrtcVersion failed: ") + nvrtc.nvrtcGetErrorString(code);
  nvrtc.version = major * 1000 + minor * 10;
  if (nvrtc.version < kOldestNvrtc)
    return "is version " + std::to_string(major) + "." + std::to_string(minor) + ", older than 12.0";

  int count = 0;
  if (const NvrtcResult code = nvrtc.nvrtcGetNumSupportedArchs(&count))
    return std::string("nvrtcGetNumSupportedArchs failed: ") + nvrtc.nvrtcGetErrorString(code);
  nvrtc.architectures.assign(static_cast<std::size_t>(std::max(count, 0)), 0);
  if (const NvrtcResult code = nvrtc.nvrtcGetSupportedArchs(nvrtc.architectures.data()))
    return std::string("nvrtcGetSupportedArchs failed: ") + nvrtc.nvrtcGetErrorString(code);
  std::sort(nvrtc.architectures.begin(), nvrtc.architectures.end());
  return {};
}

// Owns an nvrtcProgram.
class Compilation {
 public:
  Compilation(const Nvrtc& nvrtc, const std::string& source) : nvrtc_(nvrtc) {
    check(nvrtc_.nvrtcCreateProgram(&program_, source.c_str(), "trireme.cu", 0, nullptr, nullptr),
          "nvrtcCreateProgram");
  }
  ~Compilation() { nvrtc_.nvrtcDestroyProgram(&program_); }
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;

  void compile(std::span<const char* const> options) {
    const NvrtcResult code = nvrtc_.nvrtcCompileProgram(program_, static_cast<int>(options.size()), options.data());
    if (code == 0) return;
    std::string used;
    for (const char* option : options) used += std::string(" ") + option;
    throw error(Code::device_failure, std::string("cuda: nvrtcCompileProgram failed: ") +
                                          nvrtc_.nvrtcGetErrorString(code) + "; options:" + used + "; log:\n" + log());
  }

  std::string image(bool exact) {
    return exact ? text(nvrtc_.nvrtcGetCUBINSize, nvrtc_.nvrtcGetCUBIN, "nvrtcGetCUBIN")
                 : text(nvrtc_.nvrtcGetPTXSize, nvrtc_.nvrtcGetPTX, "nvrtcGetPTX");
  }

 private:
  using Size = NvrtcResult (*)(NvrtcProgram, std::size_t*);
  using Get = NvrtcResult (*)(NvrtcProgram, char*);

  void check(NvrtcResult code, const char* call) const {
    if (code != 0)
      throw error(Code::device_failure, std::string("cuda: ") + call + " failed: " + nvrtc_.nvrtcGetErrorString(code));
  }

  std::string text(Size size, Get get, const char* call) {
    std::size_t bytes = 0;
    check(size(program_, &bytes), call);
    std::string out(bytes, '\0');
    check(get(program_, out.data()), call);
    return out;
  }

  std::string log() {
    std::size_t bytes = 0;
    if (nvrtc_.nvrtcGetProgramLogSize(program_, &bytes) != 0 || bytes == 0) return {};
    std::string out(bytes, '\0');
    if (nvrtc_.nvrtcGetProgramLog(program_, out.data()) != 0) return {};
    while (!out.empty() && (out.back() == '\0' || out.back() == '\n')) out.pop_back();
    return out;
  }

  const Nvrtc& nvrtc_;
  NvrtcProgram program_ = nullptr;
};

}  // namespace

Nvrtc open_nvrtc(int driver_version) {
  const bool newer_first = driver_version >= 13000;
  std::string failures;
  for (const std::span<const std::string_view> names :
       {std::span(newer_first ? kNames13 : kNames12), std::span(newer_first ? kNames12 : kNames13)})
    for (const std::string_view& name : names) {
      const dispatch::DynamicLibrary library(std::span(&name, 1));
      Nvrtc nvrtc;
      std::string why = library.is_open() ? load(library, nvrtc) : std::string();
      if (library.is_open() && why.empty()) {
        nvrtc.library = library.name();
        nvrtc.file = library.path();
        nvrtc.identity = library.identity();
        nvrtc.failures = std::move(failures);
        return nvrtc;
      }
      if (!failures.empty()) failures += ", ";
      failures += library.is_open() ? std::string(name) + " (" + why + ")" : library.failures();
    }
  Nvrtc none;
  none.failures = std::move(failures);
  return none;
}

std::string Target::option() const {
  return (exact ? "--gpu-architecture=sm_" : "--gpu-architecture=compute_") + std::to_string(architecture);
}

Target choose_target(const Nvrtc& nvrtc, int capability) {
  Target target;
  for (const int architecture : nvrtc.architectures)
    if (architecture <= capability) target.architecture = architecture;
  target.exact = target.architecture == capability;
  return target;
}

std::string compile_key(const Nvrtc& nvrtc, const Target& target) {
  std::string key = "NVRTC " + std::to_string(nvrtc.version) + " " + nvrtc.identity + "\n" + target.option();
  for (const char* option : kOptions) key += std::string(" ") + option;
  return key + "\n";
}

std::string compile_text(const Nvrtc& nvrtc, const std::string& source, const Target& target) {
  const std::string architecture = target.option();
  std::array<const char*, std::size(kOptions) + 1> options{architecture.c_str()};
  std::copy(std::begin(kOptions), std::end(kOptions), options.begin() + 1);
  Compilation compilation(nvrtc, source);
  compilation.compile(options);
  return compilation.image(target.exact);
}

}  // namespace trireme::cuda
