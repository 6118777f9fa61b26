// tests/stand_in/stand_in_fault_test.cpp -- what the stand-in reports instead of crashing, hanging or letting it pass
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stand_in_session.hpp"

namespace {

using stand_in_test::Buffer;
using stand_in_test::cuda;
using stand_in_test::Session;

class StandInFault : public Session {
 protected:
  CUfunction set_one() {
    return kernel(R"(extern "C" __global__ void set(int* x, int i) { x[i] = 7; })", "set");
  }
};

TEST_F(StandInFault, driver_calls_before_init_or_without_a_context_are_refused) {
  ASSERT_EQ(cuda().cuCtxSetCurrent(nullptr), CUDA_SUCCESS);
  CUdeviceptr address = 0;
  EXPECT_EQ(cuda().cuMemAlloc_v2(&address, 16), CUDA_ERROR_INVALID_CONTEXT);
}

TEST_F(StandInFault, init_and_version_answer_on_cue) {
  cue("STAND_IN_CUINIT", "803");
  EXPECT_EQ(cuda().cuInit(0), CUDA_ERROR_SYSTEM_DRIVER_MISMATCH);
  const char* name = nullptr;
  EXPECT_EQ(cuda().cuGetErrorName(803, &name), CUDA_SUCCESS);
  EXPECT_STREQ(name, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH");
  cue("STAND_IN_CUINIT", "0");
  cue("STAND_IN_INIT_DELAY_MS", "30");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(cuda().cuInit(0), CUDA_SUCCESS);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(30));
  cue("STAND_IN_DRIVER_VERSION", "11040");
  int version = 0;
  EXPECT_EQ(cuda().cuDriverGetVersion(&version), CUDA_SUCCESS);
  EXPECT_EQ(version, 11040);
  cue("STAND_IN_DEVICES", "3");
  int count = 0;
  EXPECT_EQ(cuda().cuDeviceGetCount(&count), CUDA_SUCCESS);
  EXPECT_EQ(count, 3);
}

TEST_F(StandInFault, allocation_fails_on_cue_and_leaves_the_others) {
  cue("STAND_IN_OOM_AT", "2");
  Buffer first(std::vector<int>{1, 2, 3});
  CUdeviceptr second = 0;
  EXPECT_EQ(cuda().cuMemAlloc_v2(&second, 64), CUDA_ERROR_OUT_OF_MEMORY);
  Buffer third(std::vector<int>{4});
  EXPECT_EQ(first.read<int>(), (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(cuda().live_bytes(), 16u);
}

TEST_F(StandInFault, memory_limit_is_kept) {
  cue("STAND_IN_MEMORY", "1048576");
  CUdeviceptr address = 0;
  EXPECT_EQ(cuda().cuMemAlloc_v2(&address, 2 << 20), CUDA_ERROR_OUT_OF_MEMORY);
}

TEST_F(StandInFault, launch_fails_on_cue_and_stays_failed) {
  CUfunction f = set_one();
  Buffer x(std::vector<int>(4));
  cue("STAND_IN_LAUNCH_FAIL_AT", "2");
  EXPECT_EQ(run(f, {1}, {1}, x.address(), 0), CUDA_SUCCESS);
  EXPECT_EQ(run(f, {1}, {1}, x.address(), 1), CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ(cuda().launch_count(), 2u);
  EXPECT_EQ(cuda().cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
  int out[4];
  EXPECT_EQ(cuda().cuMemcpyDtoH_v2(out, x.address(), 16), CUDA_ERROR_LAUNCH_FAILED);
  cuda().reset();  // so that the buffer can be freed
}

TEST_F(StandInFault, late_failure_shows_at_the_next_call) {
  CUfunction f = set_one();
  Buffer x(std::vector<int>(4));
  cue("STAND_IN_LATE", "1");
  cue("STAND_IN_LAUNCH_FAIL_AT", "1");
  EXPECT_EQ(run(f, {1}, {1}, x.address(), 1), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuStreamSynchronize(nullptr), CUDA_ERROR_LAUNCH_FAILED);
  cuda().reset();
}

TEST_F(StandInFault, host_cannot_read_device_memory) {
  const char* fence = std::getenv("STAND_IN_FENCE");
  if (fence && std::strcmp(fence, "0") == 0) GTEST_SKIP() << "the fence was turned off by STAND_IN_FENCE";
  Buffer x(std::vector<int>{42});
  const auto* pointer = reinterpret_cast<const volatile int*>(x.address());
  EXPECT_DEATH({ [[maybe_unused]] int value = *pointer; }, "");
  CUfunction f = set_one();
  EXPECT_EQ(run(f, {1}, {1}, x.address(), 0), CUDA_SUCCESS);
  EXPECT_DEATH({ [[maybe_unused]] int value = *pointer; }, "") << "the fence must close again after a launch";
}

TEST_F(StandInFault, kernel_runs_in_a_forked_child) {
  CUfunction f = set_one();
  Buffer x(std::vector<int>{0, 0});
  const pid_t child = fork();
  if (child == 0) _exit(run(f, {1}, {1}, x.address(), 1) == CUDA_SUCCESS && x.read<int>()[1] == 7 ? 0 : 1);
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(x.read<int>()[1], 0) << "the child has memory of its own";
  const pid_t strict = fork();
  if (strict == 0) {
    setenv("STAND_IN_FORK", "fail", 1);
    _exit(cuda().cuInit(0) == CUDA_ERROR_NOT_INITIALIZED ? 0 : 1);
  }
  ASSERT_EQ(waitpid(strict, &status, 0), strict);
  EXPECT_EQ(status, 0);
}

TEST_F(StandInFault, copy_outside_an_allocation_is_invalid) {
  Buffer x(std::vector<int>{1, 2, 3, 4});
  int out[8] = {};
  EXPECT_EQ(cuda().cuMemcpyDtoH_v2(out, x.address(), 20), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuda().cuMemcpyDtoH_v2(out, x.address() + 8, 12), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuda().cuMemcpyHtoD_v2(reinterpret_cast<CUdeviceptr>(out), out, 4), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuda().cuMemFree_v2(x.address() + 4), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuda().cuMemsetD32_v2(x.address(), 9, 4), CUDA_SUCCESS);
  EXPECT_EQ(x.read<int>(), (std::vector<int>{9, 9, 9, 9}));
}

TEST_F(StandInFault, kernel_access_outside_memory_is_reported) {
  CUfunction f = set_one();
  Buffer x(std::vector<int>(4));
  EXPECT_EQ(run(f, {1}, {1}, CUdeviceptr(16), 0), CUDA_ERROR_ILLEGAL_ADDRESS);
  cuda().reset();
  EXPECT_EQ(run(f, {1}, {1}, x.address(), 4), CUDA_ERROR_ILLEGAL_ADDRESS) << "one past the end, in the red zone";
  EXPECT_NE(std::strstr(cuda().last_message(), "allocation of 16 bytes"), nullptr) << cuda().last_message();
  cuda().reset();
}

TEST_F(StandInFault, divergent_barrier_is_reported_rather_than_hanging) {
  CUfunction f = kernel(R"(extern "C" __global__ void diverge(int* x) {
    if (threadIdx.x < 8) {
      __syncthreads();
    } else {
      __syncwarp(0xffffffffu);
    }
    x[threadIdx.x] = 1;
  }
  extern "C" __global__ void two_places(int* x) {
    if (threadIdx.x < 8)
      __syncthreads();
    else
      __syncthreads();
    x[threadIdx.x] = 1;
  }
  extern "C" __global__ void early_exit(int* x) {
    if (threadIdx.x >= 8) return;
    __syncthreads();
    x[threadIdx.x] = 1;
  })", "diverge");
  Buffer x(std::vector<int>(64));
  EXPECT_EQ(run(f, {1}, {64}, x.address()), CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ(cuda().cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
  cuda().reset();
  auto find = [&](const char* name) {
    CUfunction g = nullptr;
    EXPECT_EQ(cuda().cuModuleGetFunction(&g, last_module(), name), CUDA_SUCCESS);
    return g;
  };
  EXPECT_EQ(run(find("two_places"), {1}, {64}, x.address()), CUDA_ERROR_LAUNCH_FAILED);
  cuda().reset();
  EXPECT_EQ(run(find("early_exit"), {2}, {64}, x.address()), CUDA_SUCCESS) << "threads may leave before a barrier";
  EXPECT_EQ(x.read<int>()[7], 1);
}

TEST_F(StandInFault, missing_barrier_shows_when_threads_run_in_reverse) {
  CUfunction f = kernel(R"(extern "C" __global__ void race(int* x) {
    __shared__ int tile[64];
    tile[threadIdx.x] = threadIdx.x;
    x[threadIdx.x] = tile[threadIdx.x ^ 1];  // a barrier is missing
  })", "race");
  Buffer x(std::vector<int>(64));
  EXPECT_EQ(run(f, {1}, {64}, x.address()), CUDA_SUCCESS);
  const auto forward = x.read<int>();
  cue("STAND_IN_REVERSE", "1");
  EXPECT_EQ(run(f, {1}, {64}, x.address()), CUDA_SUCCESS);
  EXPECT_NE(x.read<int>(), forward);
}

TEST_F(StandInFault, integer_division_by_zero_is_reported_rather_than_trapping) {
  CUfunction f = kernel(R"(extern "C" __global__ void divide(int* x) { x[0] = x[1] / x[2]; })", "divide");
  Buffer x(std::vector<int>{1, 1, 0});
  EXPECT_EQ(run(f, {1}, {1}, x.address()), CUDA_ERROR_LAUNCH_FAILED);
  cuda().reset();
}

TEST_F(StandInFault, streams_and_events_keep_their_rules) {
  CUstream stream = nullptr;
  CUevent start = nullptr, end = nullptr, untimed = nullptr;
  ASSERT_EQ(cuda().cuStreamCreate(&stream, 1), CUDA_SUCCESS);
  ASSERT_EQ(cuda().cuEventCreate(&start, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuda().cuEventCreate(&end, 0), CUDA_SUCCESS);
  ASSERT_EQ(cuda().cuEventCreate(&untimed, CU_EVENT_DISABLE_TIMING), CUDA_SUCCESS);
  float milliseconds = -1;
  EXPECT_EQ(cuda().cuEventElapsedTime(&milliseconds, start, end), CUDA_ERROR_INVALID_HANDLE) << "not recorded yet";
  for (CUevent e : {start, end, untimed}) EXPECT_EQ(cuda().cuEventRecord(e, stream), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuEventElapsedTime(&milliseconds, start, end), CUDA_SUCCESS);
  EXPECT_GE(milliseconds, 0.0f);
  EXPECT_EQ(cuda().cuEventElapsedTime(&milliseconds, start, untimed), CUDA_ERROR_INVALID_HANDLE);
  for (CUevent e : {start, end, untimed}) EXPECT_EQ(cuda().cuEventDestroy_v2(e), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuStreamDestroy_v2(stream), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE) << "destroyed";
}

TEST_F(StandInFault, symbols_are_found_by_their_plain_name) {
  void* function = nullptr;
  int status = -1;
  EXPECT_EQ(cuda().cuGetProcAddress_v2("cuMemAlloc", &function, 12090, 0, &status), CUDA_SUCCESS);
  EXPECT_EQ(function, reinterpret_cast<void*>(cuda().cuMemAlloc_v2));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(cuda().cuGetProcAddress_v2("cuNoSuchCall", &function, 12090, 0, &status), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(function, nullptr);
}

TEST_F(StandInFault, export_tables_are_not_found) {
  const CUuuid id{};
  const void* table = &id;
  EXPECT_EQ(cuda().cuGetExportTable(&table, &id), CUDA_ERROR_NOT_FOUND);
  EXPECT_EQ(table, nullptr);
  EXPECT_EQ(cuda().cuGetExportTable(nullptr, &id), CUDA_ERROR_INVALID_VALUE);
}

}  // namespace
