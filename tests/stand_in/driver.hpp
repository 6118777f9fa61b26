// tests/stand_in/driver.hpp -- the state behind the stand-in's driver calls
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
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

namespace stand_in {

// How much of each stream's work is known to come before; by the number of the stream (order.cpp).
using Clock = std::vector<std::uint64_t>;

// What waits in a stream: work, or the end of another stream's first `position` works.
struct Work {
  std::function<CUresult(std::string* what)> run;
  int stream = -1;
  std::uint64_t position = 0;
};

}  // namespace stand_in

struct CUstream_st {
  int id = 0;
  CUcontext context = nullptr;
  unsigned flags = 0;
  stand_in::Clock clock;
  std::deque<stand_in::Work> queue;
  std::uint64_t enqueued = 0, done = 0;
};
struct CUctx_st {
  int device = 0;
  int retained = 0;
  CUresult sticky = CUDA_SUCCESS;
  CUstream_st legacy;  // the default stream
};
struct CUevent_st {
  unsigned flags = 0;
  CUcontext context = nullptr;
  bool recorded = false;
  std::shared_ptr<std::chrono::steady_clock::time_point> time;  // written when the stream comes to it
  int stream = 0;
  std::uint64_t position = 0;
  stand_in::Clock clock;
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
  bool ended = false;   // the process is past its destructors of libraries
  std::string message;  // the last fault, in words
  CUctx_st contexts[kMaxDevices];
  std::set<CUmodule> modules;
  std::set<CUstream> streams;
  std::set<CUevent> events;
  Clock host;            // what the host has waited for
  int stream_count = 0;  // numbers given out; 0 to kMaxDevices - 1 are the default streams
  std::uint64_t launches = 0, allocations = 0, host_allocations = 0, races = 0, calls = 0;
};

State& state();
long environment(const char* name, long fallback);
int device_count();

// Every call that needs a context goes through this: initialised, not broken by an earlier launch, a context current.
CUresult ready();
CUcontext current_context();
// Makes `error` the answer of every later call in the context and keeps the sentence.
CUresult stick(CUcontext context, CUresult error, const std::string& sentence);
// Whether the n-th of its kind fails: from `at` on, `STAND_IN_OOM_COUNT` times (1).
bool fails_now(std::uint64_t n, const char* at);

// Order of work (order.cpp).

// The stream behind a handle of the current context; null when there is none.
CUstream_st* find_stream(CUstream handle);
// Adds work to a stream: done at once, or with STAND_IN_ASYNC=1 when somebody waits for it.
CUresult enqueue(CUstream_st& stream, std::function<CUresult(std::string* what)> run);
void wait_for(CUstream_st& stream, const CUevent_st& event);
// Does the first `position` works of a stream, and what they wait for.
CUresult finish(CUstream_st& stream, std::uint64_t position);
inline CUresult finish(CUstream_st& stream) { return finish(stream, stream.enqueued); }
CUresult finish_all(CUcontext context);
CUstream_st* stream_by_id(int id);
void merge(Clock& into, const Clock& from);

// What a block of memory was last used for.
struct Uses {
  int writer = -1;
  std::uint64_t written = 0;
  Clock read;
};
// Notes a use in the stream's present place; sticks an error when an earlier one in another stream is not known to be over.
CUresult note_use(Uses& uses, CUstream_st& stream, bool writes, std::size_t bytes);
// The same for whatever block of device or pinned memory holds the address; other addresses are nobody's.
CUresult note_use(const void* address, CUstream_st& stream, bool writes);

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
// A block of device memory or of pinned host memory.
struct Block {
  std::size_t bytes = 0;
  int device = 0;
  bool from_pool = false;
  std::shared_ptr<Uses> uses = std::make_shared<Uses>();
};
// The block that holds the address and where it begins; null when none does.
const Block* find_block(CUdeviceptr address, CUdeviceptr* begin);
const Block* find_host_block(const void* address, const void** begin);
// Call with the fence open. False if something wrote behind the end of an allocation; says which.
bool redzones_intact(std::string* what);
std::size_t live_bytes();
// Of one device, with what its pool keeps; and how much it has.
std::size_t used_bytes(int device);
std::size_t memory_limit();
CUresult pool_get(int device, int attribute, std::uint64_t* value);
CUresult pool_set(int device, int attribute, std::uint64_t value);
void pool_trim(int device, std::size_t keep);
CUresult pin(void** address, std::size_t bytes);
bool unpin(void* address);

}  // namespace stand_in

#define STAND_IN_READY()                                                            \
  std::lock_guard<std::recursive_mutex> stand_in_guard(stand_in::state().lock);      \
  ++stand_in::state().calls;                                                         \
  if (const CUresult stand_in_status = stand_in::ready()) return stand_in_status
