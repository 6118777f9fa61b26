// tests/stand_in/nvrtc_options.cpp -- reads NVRTC's command line options, and refuses what NVRTC would refuse
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "nvrtc.hpp"

namespace stand_in {
namespace {

// Options that the stand-in accepts and does nothing about. A trailing '=' takes a value.
constexpr const char* kIgnored[] = {
    "--extra-device-vectorization", "--device-debug", "-G", "--generate-line-info", "-lineinfo",
    "--restrict", "--default-device", "-default-device", "--disable-warnings", "-w", "--diag-suppress=", "--diag-error=",
    "--diag-warn=", "--dopt=", "--ptxas-options=", "--maxrregcount=", "--extensible-whole-program", "-ewp",
    "--relocatable-device-code=", "--device-c", "-dc", "--device-int128", "--builtin-initializer-list=",
    "--modify-stack-limit=", "--split-compile=", "--no-source-include", "--version-ident=", "--minimal",
    "--include-path=", "-I"};

// The value of `option` if it is spelled --key=value or -key=value.
const char* value_of(const std::string& option, const char* key) {
  const std::size_t dashes = option.rfind("--", 0) == 0 ? 2 : 1;
  const std::size_t length = std::strlen(key);
  if (option[0] != '-' || option.compare(dashes, length, key) != 0 || option[dashes + length] != '=') return nullptr;
  return option.c_str() + dashes + length + 1;
}

bool read_arch(const char* value, Options* options) {
  const char* digits = std::strchr(value, '_');
  if (!digits) return false;
  const std::string kind(value, digits);
  if (kind != "sm" && kind != "compute") return false;
  char* end = nullptr;
  options->arch = static_cast<int>(std::strtol(digits + 1, &end, 10));
  options->is_virtual = kind == "compute";
  if (*end == 'a' || *end == 'f') ++end;
  const auto& known = supported_archs();
  return *end == 0 && std::find(known.begin(), known.end(), options->arch) != known.end();
}

bool read_bool(const char* value, bool* result) {
  *result = std::strcmp(value, "true") == 0;
  return *result || std::strcmp(value, "false") == 0;
}

bool is_ignored(const std::string& option) {
  return std::any_of(std::begin(kIgnored), std::end(kIgnored), [&](const std::string& known) {
    return known.back() == '=' || known == "-I" ? option.rfind(known, 0) == 0 : option == known;
  });
}

bool read_option(const std::string& option, Options* options) {
  if (option.size() < 2) return false;
  if (const char* v = value_of(option, "gpu-architecture")) return read_arch(v, options);
  if (const char* v = value_of(option, "arch")) return read_arch(v, options);
  if (const char* v = value_of(option, "fmad")) return read_bool(v, &options->contract);
  if (const char* v = value_of(option, "ftz")) return read_bool(v, &options->flush);
  bool exact = true;  // division and square root are exact here whatever is asked
  if (const char* v = value_of(option, "prec-div")) return read_bool(v, &exact);
  if (const char* v = value_of(option, "prec-sqrt")) return read_bool(v, &exact);
  if (const char* v = value_of(option, "std")) {
    options->standard = v;
    return options->standard == "c++11" || options->standard == "c++14" || options->standard == "c++17" ||
           options->standard == "c++20";
  }
  if (const char* v = value_of(option, "define-macro")) return options->defines.push_back(std::string("-D") + v), true;
  if (const char* v = value_of(option, "undefine-macro")) return options->defines.push_back(std::string("-U") + v), true;
  if (option.rfind("-D", 0) == 0 || option.rfind("-U", 0) == 0) return options->defines.push_back(option), true;
  if (option == "--use_fast_math" || option == "-use_fast_math") return options->contract = options->flush = true;
  return is_ignored(option);
}

}  // namespace

const std::vector<int>& supported_archs() {
  static const auto* archs = new std::vector<int>{50, 52, 53, 60, 61, 62,  70,  72,  75, 80,
                                                  86, 87, 89, 90, 100, 101, 103, 120, 121};
  return *archs;
}

bool read_options(const std::vector<std::string>& given, Options* options, std::string* log) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    std::string option = given[i];
    // "-arch", "sm_90" in two pieces, and "-D", "X".
    const bool alone = option == "-arch" || option == "--gpu-architecture" || option == "-std" || option == "--std";
    const bool glued = option == "-D" || option == "-I" || option == "-U";
    if ((alone || glued) && i + 1 < given.size()) option += (alone ? "=" : "") + given[++i];
    if (read_option(option, options)) continue;
    *log += "nvrtc: error: invalid value or unrecognized option: " + option + "\n";
    return false;
  }
  return true;
}

}  // namespace stand_in
