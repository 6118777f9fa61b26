// hull/dispatch/dynamic_library.hpp -- a library opened at run time, with a record of what was tried
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace trireme::dispatch {

/// The first of several libraries that loads. It stays loaded until the process ends: driver libraries do not survive
/// being closed while threads of theirs run.
class DynamicLibrary {
 public:
  DynamicLibrary() = default;

  /// Tries `names` in order. A name is a file name, looked up in the system's paths, or an absolute path; anything
  /// else would depend on the current directory and is refused.
  explicit DynamicLibrary(std::span<const std::string_view> names);

  bool is_open() const { return handle_ != nullptr; }
  /// The name that loaded; "" when none did.
  const std::string& name() const { return name_; }
  /// The file that loaded, as the loader found it.
  std::string path() const;
  /// Size and time of change of that file: what tells builds apart that call themselves the same.
  std::string identity() const;
  /// What was tried and failed, each with the loader's words: "libx.so.1 (cannot open ...), libx.so (...)".
  const std::string& failures() const { return failures_; }
  /// The address of `symbol`, or null.
  void* symbol(const char* symbol) const;

 private:
  void* handle_ = nullptr;
  std::string name_;
  std::string failures_;
};

}  // namespace trireme::dispatch
