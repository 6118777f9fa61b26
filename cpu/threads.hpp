// cpu/threads.hpp -- how many threads, why, and running tasks on them
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace trireme::cpu {

int thread_count();
std::string thread_reason();
void set_thread_count(int count);

/// Calls body(context, task) for every task below `tasks`, on up to thread_count() threads of a oneTBB arena; the
/// caller takes part. What body throws comes out.
void parallel(std::int64_t tasks, void (*body)(void* context, std::int64_t task), void* context);

}  // namespace trireme::cpu
