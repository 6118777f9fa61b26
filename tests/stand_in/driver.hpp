// tests/stand_in/driver.hpp -- the state behind the stand-in's driver calls
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "cuda_types.hpp"
#include "image.hpp"

constexpr int kMaxDevices = 16;
constexpr int kDefaultDriverVersion = 12090;

struct CUctx_st {
  int device = 0;
  int retained = 0;
};
struct CUstream_st {};
struct CUevent_st {
  unsigned flags = 0;
  bool recorded = false;
  std::chrono::steady_clock::time_point time;
};
struct CUfunc_st {
  CUmod_st* module = nullptr;
  const stand_in::Kernel* kernel = nullptr;
  int max_dynamic_shared = 48 * 1024;
};
struct CUmod_st {
  void* library = nullptr;
  int file = -1;
  int arch = 0;
  const stand_in::Module* code = nullptr;
  std::map<std::string, CUfunc_st> functions;
};

namespace stand_in {

struct State {
  std::recursive_mutex lock;  // held over every call: the stand-in runs one thing at a time
  pid_t initialised_by = 0;
  CUresult sticky = CUDA_SUCCESS;
  std::string message;  // the last fault, in words
  CUctx_st contexts[kMaxDevices];
  std::set<CUmodule> modules;
  std::set<CUstream> streams;
  std::set<CUevent> events;
  std::uint64_t launches = 0;
  std::uint64_t allocations = 0;
};

State& state();
long environment(const char* name, long fallback);
int device_count();

// Every call that needs a context goes through this: initialised, not broken by an earlier launch, a context current.
CUresult ready();
CUcontext current_context();
bool valid_stream(CUstream stream);
// Makes `error` the answer of every later call and keeps the sentence.
CUresult stick(CUresult error, const std::string& sentence);

// Device memory (driver_memory.cpp). The fence is open while an object of this class lives.
class OpenMemory {
 public:
  OpenMemory();                                      // all of it, for a launch
  OpenMemory(CUdeviceptr address, std::size_t bytes);  // the pages of a copy
  ~OpenMemory();
  OpenMemory(const OpenMemory&) = delete;
  OpenMemory& operator=(const OpenMemory&) = delete;

 private:
  unsigned char* first_;
  std::size_t bytes_;
};
// True if the range lies within one live allocation.
bool is_allocated(CUdeviceptr address, std::size_t bytes);
// Call with the fence open. False if something wrote behind the end of an allocation; says which.
bool redzones_intact(std::string* what);
std::size_t live_bytes();

}  // namespace stand_in

#define STAND_IN_READY()                                                            \
  std::lock_guard<std::recursive_mutex> stand_in_guard(stand_in::state().lock);      \
  if (const CUresult stand_in_status = stand_in::ready()) return stand_in_status
