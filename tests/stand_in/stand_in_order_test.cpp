// tests/stand_in/stand_in_order_test.cpp -- work that waits in streams, uses that nothing orders, pools, pinned memory
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include <gtest/gtest.h>

#include "stand_in_session.hpp"

namespace {

using stand_in_test::Buffer;
using stand_in_test::cuda;
using stand_in_test::Session;

// The calls of these tests only.
struct More {
  CUresult (*cuMemHostAlloc)(void**, std::size_t, unsigned);
  CUresult (*cuMemFreeHost)(void*);
  CUresult (*cuMemcpyHtoDAsync_v2)(CUdeviceptr, const void*, std::size_t, CUstream);
  CUresult (*cuMemcpyDtoHAsync_v2)(void*, CUdeviceptr, std::size_t, CUstream);
  CUresult (*cuMemAllocAsync)(CUdeviceptr*, std::size_t, CUstream);
  CUresult (*cuMemFreeAsync)(CUdeviceptr, CUstream);
  CUresult (*cuMemGetInfo_v2)(std::size_t*, std::size_t*);
  CUresult (*cuMemPoolTrimTo)(CUmemoryPool, std::size_t);
  CUresult (*cuDeviceGetDefaultMemPool)(CUmemoryPool*, CUdevice);
  CUresult (*cuPointerGetAttribute)(void*, int, CUdeviceptr);
  CUresult (*cuStreamWaitEvent)(CUstream, CUevent, unsigned);
  CUresult (*cuEventSynchronize)(CUevent);
  CUresult (*cuEventQuery)(CUevent);
  CUresult (*cuModuleLoadData)(CUmodule*, const void*);
  unsigned long long (*race_count)();
};

const More& more() {
  static const More* calls = [] {
    auto* c = new More{};
    void* library = stand_in_test::open_library("libcuda.so.1");
#define FIND(NAME) stand_in_test::find(library, #NAME, c->NAME)
    FIND(cuMemHostAlloc);
    FIND(cuMemFreeHost);
    FIND(cuMemcpyHtoDAsync_v2);
    FIND(cuMemcpyDtoHAsync_v2);
    FIND(cuMemAllocAsync);
    FIND(cuMemFreeAsync);
    FIND(cuMemGetInfo_v2);
    FIND(cuMemPoolTrimTo);
    FIND(cuDeviceGetDefaultMemPool);
    FIND(cuPointerGetAttribute);
    FIND(cuStreamWaitEvent);
    FIND(cuEventSynchronize);
    FIND(cuEventQuery);
    FIND(cuModuleLoadData);
#undef FIND
    stand_in_test::find(library, "stand_in_race_count", c->race_count);
    return c;
  }();
  return *calls;
}

class StandInOrder : public Session {
 protected:
  void SetUp() override {
    Session::SetUp();
    for (CUstream& stream : streams) ASSERT_EQ(cuda().cuStreamCreate(&stream, 1), CUDA_SUCCESS);
    ASSERT_EQ(cuda().cuEventCreate(&event, 2), CUDA_SUCCESS);
  }
  void TearDown() override {
    cuda().reset();
    cuda().cuEventDestroy_v2(event);
    for (CUstream stream : streams) cuda().cuStreamDestroy_v2(stream);
    Session::TearDown();
  }
  CUfunction copy_kernel() {
    return kernel(R"(extern "C" __global__ void copy(int* to, const int* from) { to[0] = from[0]; })", "copy");
  }
  CUresult launch(CUfunction f, CUstream stream, CUdeviceptr to, CUdeviceptr from) {
    void* parameters[] = {&to, &from};
    return cuda().cuLaunchKernel(f, 1, 1, 1, 1, 1, 1, 0, stream, parameters, nullptr);
  }
  CUstream streams[2] = {};
  CUevent event = nullptr;
};

TEST_F(StandInOrder, asynchronous_work_waits_until_somebody_waits_for_it) {
  CUfunction f = copy_kernel();
  Buffer x(std::vector<int>{1}), y(std::vector<int>{2});
  void* pinned = nullptr;
  ASSERT_EQ(more().cuMemHostAlloc(&pinned, 4, 0), CUDA_SUCCESS);
  auto* host = static_cast<volatile int*>(pinned);
  cue("STAND_IN_ASYNC", "1");
  *host = 7;
  ASSERT_EQ(more().cuMemcpyHtoDAsync_v2(x.address(), pinned, 4, streams[0]), CUDA_SUCCESS);
  *host = 8;  // too early: the copy has not read it yet
  ASSERT_EQ(launch(f, streams[0], y.address(), x.address()), CUDA_SUCCESS);
  ASSERT_EQ(cuda().cuEventRecord(event, streams[0]), CUDA_SUCCESS);
  EXPECT_EQ(more().cuEventQuery(event), CUDA_ERROR_NOT_READY);
  ASSERT_EQ(more().cuMemcpyDtoHAsync_v2(pinned, y.address(), 4, streams[0]), CUDA_SUCCESS);
  EXPECT_EQ(*host, -1) << "not there yet: garbage";
  ASSERT_EQ(more().cuEventSynchronize(event), CUDA_SUCCESS);
  EXPECT_EQ(*host, -1) << "the event was recorded before the copy";
  ASSERT_EQ(cuda().cuStreamSynchronize(streams[0]), CUDA_SUCCESS);
  EXPECT_EQ(*host, 8) << "what the copy in read when its turn came";
  ASSERT_EQ(more().cuMemFreeHost(pinned), CUDA_SUCCESS);
}

TEST_F(StandInOrder, pageable_memory_has_been_read_and_written_when_the_call_returns) {
  Buffer x(std::vector<int>{1});
  cue("STAND_IN_ASYNC", "1");
  int sent = 5, got = 0;
  ASSERT_EQ(more().cuMemcpyHtoDAsync_v2(x.address(), &sent, 4, streams[0]), CUDA_SUCCESS);
  sent = 6;
  ASSERT_EQ(more().cuMemcpyDtoHAsync_v2(&got, x.address(), 4, streams[0]), CUDA_SUCCESS);
  EXPECT_EQ(got, 5);
}

TEST_F(StandInOrder, use_in_another_stream_without_an_event_is_reported) {
  CUfunction f = copy_kernel();
  for (const char* async : {"0", "1"}) {
    Buffer x(std::vector<int>{1}), y(std::vector<int>{2});
    cue("STAND_IN_ASYNC", async);
    EXPECT_EQ(launch(f, streams[0], x.address(), y.address()), CUDA_SUCCESS);
    EXPECT_EQ(launch(f, streams[1], y.address(), x.address()), CUDA_ERROR_ILLEGAL_ADDRESS);
    EXPECT_EQ(cuda().cuStreamSynchronize(streams[1]), CUDA_ERROR_ILLEGAL_ADDRESS);
    EXPECT_EQ(more().race_count(), 1u);
    EXPECT_NE(std::strstr(cuda().last_message(), "without an event"), nullptr) << cuda().last_message();
    cuda().reset();
    cue("STAND_IN_ASYNC", "0");
    cuda().cuCtxSynchronize();
  }
}

TEST_F(StandInOrder, writing_what_another_stream_reads_is_reported_and_two_readers_are_not) {
  CUfunction f = copy_kernel();
  Buffer x(std::vector<int>{1}), y(std::vector<int>{2}), z(std::vector<int>{3});
  EXPECT_EQ(launch(f, streams[0], y.address(), x.address()), CUDA_SUCCESS);
  EXPECT_EQ(launch(f, streams[1], z.address(), x.address()), CUDA_SUCCESS) << "both read x";
  EXPECT_EQ(launch(f, streams[1], x.address(), z.address()), CUDA_ERROR_ILLEGAL_ADDRESS)
      << "which the first may still read";
  cuda().reset();  // so that the buffers can be freed
}

TEST_F(StandInOrder, events_and_waiting_order_streams) {
  CUfunction f = copy_kernel();
  for (const char* async : {"0", "1"}) {
    Buffer x(std::vector<int>{1}), y(std::vector<int>{2}), z(std::vector<int>{3});
    cue("STAND_IN_ASYNC", async);
    EXPECT_EQ(launch(f, streams[0], y.address(), x.address()), CUDA_SUCCESS);
    EXPECT_EQ(cuda().cuEventRecord(event, streams[0]), CUDA_SUCCESS);
    EXPECT_EQ(more().cuStreamWaitEvent(streams[1], event, 0), CUDA_SUCCESS);
    EXPECT_EQ(launch(f, streams[1], z.address(), y.address()), CUDA_SUCCESS);
    EXPECT_EQ(cuda().cuStreamSynchronize(streams[1]), CUDA_SUCCESS);
    EXPECT_EQ(launch(f, streams[0], z.address(), x.address()), CUDA_SUCCESS) << "the host has waited";
    EXPECT_EQ(more().race_count(), 0u);
    cue("STAND_IN_ASYNC", "0");
    EXPECT_EQ(cuda().cuCtxSynchronize(), CUDA_SUCCESS);
    EXPECT_EQ(z.read<int>()[0], 1);
  }
}

TEST_F(StandInOrder, default_stream_and_a_non_blocking_one_are_not_ordered) {
  CUfunction f = copy_kernel();
  Buffer x(std::vector<int>{1}), y(std::vector<int>{2});
  CUstream blocking = nullptr;
  ASSERT_EQ(cuda().cuStreamCreate(&blocking, 0), CUDA_SUCCESS);
  EXPECT_EQ(launch(f, blocking, x.address(), y.address()), CUDA_SUCCESS);
  EXPECT_EQ(launch(f, nullptr, y.address(), x.address()), CUDA_SUCCESS) << "a blocking stream and the default one are";
  EXPECT_EQ(launch(f, streams[0], x.address(), y.address()), CUDA_ERROR_ILLEGAL_ADDRESS);
  cuda().reset();
  EXPECT_EQ(cuda().cuStreamDestroy_v2(blocking), CUDA_SUCCESS);
}

TEST_F(StandInOrder, memory_from_a_pool_belongs_to_its_stream_and_stays_with_the_pool) {
  cue("STAND_IN_MEMORY", "1048576");
  CUmemoryPool pool = nullptr;
  ASSERT_EQ(more().cuDeviceGetDefaultMemPool(&pool, 0), CUDA_SUCCESS);
  CUdeviceptr address = 0, other = 0;
  ASSERT_EQ(more().cuMemAllocAsync(&address, 600000, streams[0]), CUDA_SUCCESS);
  ASSERT_EQ(more().cuMemFreeAsync(address, streams[0]), CUDA_SUCCESS);
  std::size_t free_bytes = 0, total = 0;
  ASSERT_EQ(more().cuMemGetInfo_v2(&free_bytes, &total), CUDA_SUCCESS);
  EXPECT_EQ(free_bytes, 1048576u - 600000u) << "of the pool's, which may give them out again but not to others";
  EXPECT_EQ(cuda().cuMemAlloc_v2(&other, 600000), CUDA_ERROR_OUT_OF_MEMORY);
  ASSERT_EQ(more().cuMemPoolTrimTo(pool, 0), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuMemAlloc_v2(&other, 600000), CUDA_SUCCESS);
  EXPECT_EQ(cuda().cuMemFree_v2(other), CUDA_SUCCESS);
  ASSERT_EQ(more().cuMemAllocAsync(&address, 64, streams[0]), CUDA_SUCCESS);
  EXPECT_EQ(more().cuMemcpyHtoDAsync_v2(address, "four", 4, streams[1]), CUDA_ERROR_ILLEGAL_ADDRESS) << "not ordered";
  cuda().reset();
  EXPECT_EQ(more().cuMemFreeAsync(address, streams[1]), CUDA_SUCCESS);
  more().cuMemPoolTrimTo(pool, 0);
}

TEST_F(StandInOrder, addresses_tell_what_they_are) {
  Buffer x(std::vector<int>(4));
  unsigned type = 0;
  EXPECT_EQ(more().cuPointerGetAttribute(&type, 2, x.address() + 4), CUDA_SUCCESS);
  EXPECT_EQ(type, 2u);
  CUdeviceptr begin = 0;
  EXPECT_EQ(more().cuPointerGetAttribute(&begin, 11, x.address() + 4), CUDA_SUCCESS);
  EXPECT_EQ(begin, x.address());
  void* pinned = nullptr;
  ASSERT_EQ(more().cuMemHostAlloc(&pinned, 64, 0), CUDA_SUCCESS);
  EXPECT_EQ(more().cuPointerGetAttribute(&type, 2, reinterpret_cast<CUdeviceptr>(pinned)), CUDA_SUCCESS);
  EXPECT_EQ(type, 1u);
  EXPECT_EQ(more().cuPointerGetAttribute(&type, 2, reinterpret_cast<CUdeviceptr>(&type)), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(more().cuMemFreeHost(pinned), CUDA_SUCCESS);
}

TEST_F(StandInOrder, pinned_memory_and_modules_fail_on_cue) {
  void* pinned = nullptr;
  cue("STAND_IN_HOST_OOM_AT", "1");
  EXPECT_EQ(more().cuMemHostAlloc(&pinned, 64, 0), CUDA_ERROR_OUT_OF_MEMORY);
  cue("STAND_IN_LOAD", "222");
  CUmodule module = nullptr;
  EXPECT_EQ(more().cuModuleLoadData(&module, "anything"), CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
}

}  // namespace
