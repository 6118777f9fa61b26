// hull/dispatch/dynamic_library.cpp -- dlopen by system name or absolute path, never by the current directory
// SPDX-License-Identifier: Apache-2.0
#include "dispatch/dynamic_library.hpp"

#include <dlfcn.h>
#include <link.h>
#include <sys/stat.h>

namespace trireme::dispatch {

DynamicLibrary::DynamicLibrary(std::span<const std::string_view> names) {
  for (const std::string_view candidate : names) {
    const std::string name(candidate);
    std::string why;
    if (name.empty() || (name.front() != '/' && name.find('/') != std::string::npos)) {
      why = "not a file name and not an absolute path";
    } else {
      handle_ = dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
      if (handle_) {
        name_ = name;
        return;
      }
      const char* text = dlerror();
      why = text ? text : "the loader gave no reason";
      // The loader begins with the name as a rule; once is enough.
      if (why.starts_with(name + ": ")) why.erase(0, name.size() + 2);
    }
    if (!failures_.empty()) failures_ += ", ";
    failures_ += name + " (" + why + ")";
  }
}

std::string DynamicLibrary::path() const {
  link_map* map = nullptr;
  if (!handle_ || dlinfo(handle_, RTLD_DI_LINKMAP, &map) != 0 || !map || !map->l_name) return name_;
  return map->l_name[0] ? map->l_name : name_;
}

std::string DynamicLibrary::identity() const {
  const std::string file = path();
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) return file;
  return std::to_string(status.st_size) + " " + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec);
}

void* DynamicLibrary::symbol(const char* symbol) const { return handle_ ? dlsym(handle_, symbol) : nullptr; }

}  // namespace trireme::dispatch
