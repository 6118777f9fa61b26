// hull/dispatch/time_limit.hpp -- asking something that may never answer
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace trireme::dispatch {

/// What `work` returns or throws, computed by a thread of its own; nothing when that takes longer than `limit`. The thread
/// is then left behind for as long as it takes, with a copy of `work`, so that must refer to nothing that could go away. Where
/// no thread is to be had, it runs here, without a limit.
template <class Work>
auto within(std::chrono::seconds limit, Work work) -> std::optional<decltype(work())> {
  struct Shared {
    explicit Shared(Work w) : work(std::move(w)) {}
    Work work;
    std::mutex mutex;
    std::condition_variable done;
    bool is_done = false;
    std::optional<decltype(work())> value;
    std::exception_ptr failure;
  };
  const auto shared = std::make_shared<Shared>(std::move(work));
  const auto run = [shared]() noexcept {
    std::optional<decltype(work())> value;
    std::exception_ptr failure;
    try {
      value = shared->work();
    } catch (...) {
      failure = std::current_exception();
    }
    std::lock_guard lock(shared->mutex);
    shared->value = std::move(value);
    shared->failure = failure;
    shared->is_done = true;
    shared->done.notify_all();
  };
  try {
    std::thread(run).detach();
  } catch (const std::system_error&) {
    run();
  }
  std::unique_lock lock(shared->mutex);
  if (!shared->done.wait_for(lock, limit, [&] { return shared->is_done; })) return std::nullopt;
  if (shared->failure) std::rethrow_exception(shared->failure);
  return std::move(shared->value);
}

}  // namespace trireme::dispatch
