// tests/opencl/interop_test.cpp -- buffers, queues and events shared with a program that drives the device itself
// SPDX-License-Identifier: Apache-2.0
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "opencl/driver.hpp"
#include "support/expect_error.hpp"
#include "trireme/trireme.hpp"

namespace trireme::test {
namespace {

using namespace opencl;

constexpr cl_bitfield kProfiling = 2, kOutOfOrder = 1;
const std::vector<float> kValues = {1, 2, 3, 4, 5, 6, 7, 8};

class opencl_interop : public testing::Test {
 protected:
  void SetUp() override {
    for (const DeviceReport& report : devices())
      if (report.name == "opencl:0" && report.usable) {
        device = Device("opencl:0");
        native = native_device(device);
        return;
      }
    GTEST_SKIP() << "no usable OpenCL device";
  }
  cl_command_queue queue(cl_bitfield properties = 0) const {
    cl_int code = -1;
    cl_command_queue made = driver().clCreateCommandQueue(
        reinterpret_cast<cl_context>(native.context), reinterpret_cast<cl_device_id>(native.device), properties, &code);
    EXPECT_EQ(code, 0);
    return made;
  }
  cl_mem buffer(std::size_t bytes) const { return buffer_in(reinterpret_cast<cl_context>(native.context), bytes); }
  static cl_mem buffer_in(cl_context context, std::size_t bytes) {
    cl_int code = -1;
    cl_mem made = driver().clCreateBuffer(context, kMemReadWrite, bytes, nullptr, &code);
    EXPECT_EQ(code, 0);
    return made;
  }
  static void write(cl_command_queue to, cl_mem memory, bool wait) {
    EXPECT_EQ(driver().clEnqueueWriteBuffer(to, memory, wait, 0, 32, kValues.data(), 0, nullptr, nullptr), 0);
  }
  static std::vector<float> read(cl_command_queue from, DriverHandle memory, std::size_t offset, std::size_t count) {
    std::vector<float> values(count);
    EXPECT_EQ(driver().clEnqueueReadBuffer(from, reinterpret_cast<cl_mem>(memory), 1, offset, count * 4, values.data(),
                                           0, nullptr, nullptr),
              0);
    return values;
  }
  template <class T>
  static DriverHandle handle(T* object) {
    return reinterpret_cast<DriverHandle>(object);
  }
  Device device;
  NativeDevice native;
};

TEST_F(opencl_interop, buffer_of_the_program_is_retained_and_computed_with) {
  const cl_command_queue user = queue();
  const cl_mem memory = buffer(32);
  write(user, memory, true);
  const std::int64_t moved = counters().bytes_moved;
  int released = 0;
  {
    const array x = from_device_pointer(handle(memory), {2, 4}, f32, device, [&] { ++released; });
    EXPECT_EQ(driver().clReleaseMemObject(memory), 0);  // the array holds it now
    const array y = (x * 2).eval();
    EXPECT_EQ(counters().bytes_moved, moved);
    EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{2, 4, 6, 8, 10, 12, 14, 16}));
    EXPECT_EQ(device_pointer(x), handle(memory));
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
  driver().clReleaseCommandQueue(user);
}

TEST_F(opencl_interop, pointer_of_a_view_has_an_offset) {
  const cl_command_queue user = queue();
  const array x = array::from<float>(kValues, {8}).to(device);
  const array tail = (x + 1).eval().slice({{3}});
  expect_error([&] { device_pointer(tail); }, Code::invalid_argument, "device_pointer", {"12 bytes behind the start"});
  std::size_t offset = 0;
  const DriverHandle memory = device_pointer(tail, &offset);
  EXPECT_EQ(offset, 12u);
  wait_on(handle(user), tail);
  EXPECT_EQ(read(user, memory, offset, 5), (std::vector<float>{5, 6, 7, 8, 9}));
  driver().clReleaseCommandQueue(user);
}

TEST_F(opencl_interop, queues_wait_for_each_other) {
  const cl_command_queue user = queue();
  const cl_mem memory = buffer(32);
  const array x = from_device_pointer(handle(memory), {8}, f32, device);
  for (int k = 0; k < 20; ++k) {
    write(user, memory, false);
    wait_on(device, handle(user));
    const array y = x * k;
    EXPECT_EQ(sum(y).item<float>(), 36.0f * static_cast<float>(k));
    wait_on(handle(user), y);
  }
  driver().clFinish(user);
  driver().clReleaseMemObject(memory);
  driver().clReleaseCommandQueue(user);
}

TEST_F(opencl_interop, work_in_a_scope_goes_to_its_queue) {
  cl_command_queue user = queue(kProfiling);
  const cl_mem memory = buffer(32);
  array kept;
  {
    const array ours = (array::from<float>(kValues, {8}).to(device) + 1).eval();
    write(user, memory, false);
    const StreamScope scope(device, handle(user));
    const Event start = Event::record(device);
    const array x = from_device_pointer(handle(memory), {8}, f32, device);
    kept = (x * ours).eval();
    EXPECT_EQ(read(user, device_pointer(kept), 0, 8), (std::vector<float>{2, 6, 12, 20, 30, 42, 56, 72}));
    EXPECT_GE(elapsed_seconds(start, Event::record(kept)), 0.0) << "this queue keeps times";
    kept = (kept + x).eval();
  }
  driver().clReleaseCommandQueue(user);
  EXPECT_EQ((kept - 1).to_vector<float>(), (std::vector<float>{2, 7, 14, 23, 34, 47, 62, 79}));
  driver().clReleaseMemObject(memory);
}

TEST_F(opencl_interop, threads_with_queues_of_their_own_share_arrays) {
  const array shared = (array::from<float>(kValues, {8}).to(device) + 0).eval();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const cl_command_queue user = queue();
      for (int k = 0; k < 50; ++k) {
        float got = 0;
        if (t % 2 == 0) {
          got = sum(shared * k).item<float>();
        } else {
          const StreamScope scope(device, handle(user));
          got = sum(shared * k).item<float>();
        }
        wrong += got != 36.0f * static_cast<float>(k);
      }
      driver().clReleaseCommandQueue(user);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(opencl_interop, events_tell_when_an_array_is_there) {
  const Event end = Event::record(array::from<float>(kValues, {8}).to(device) + 2);
  EXPECT_NE(end.native(), 0u);
  while (!end.is_complete()) std::this_thread::yield();
  end.wait();
  expect_error([&] { elapsed_seconds(end, end); }, Code::unsupported, "elapsed_seconds", {"CL_QUEUE_PROFILING_ENABLE"});
}

TEST_F(opencl_interop, what_cannot_be_shared_is_refused) {
  cl_int code = -1;
  const auto own = reinterpret_cast<cl_device_id>(native.device);
  const cl_context other = driver().clCreateContext(nullptr, 1, &own, nullptr, nullptr, &code);
  ASSERT_EQ(code, 0);
  const cl_mem stranger = buffer_in(other, 32), small = buffer(16);
  const cl_command_queue foreign = driver().clCreateCommandQueue(other, own, 0, &code);
  const auto refused = [&](DriverHandle memory, const char* word) {
    expect_error([&] { from_device_pointer(memory, {8}, f32, device); }, Code::invalid_argument, "from_device_pointer",
                 {word});
  };
  refused(0, "null");
  refused(handle(stranger), "another context");
  refused(handle(small), "has 16 bytes, the array needs 32");
  expect_error([&] { StreamScope scope(device, 0); }, Code::invalid_argument, "stream", {"null"});
  expect_error([&] { StreamScope scope(device, handle(foreign)); }, Code::invalid_argument, "stream",
               {"another context"});
  if (const cl_command_queue unordered =
          driver().clCreateCommandQueue(reinterpret_cast<cl_context>(native.context), own, kOutOfOrder, &code);
      code == 0) {
    expect_error([&] { StreamScope scope(device, handle(unordered)); }, Code::invalid_argument, "stream",
                 {"out of order"});
    driver().clReleaseCommandQueue(unordered);
  }
  driver().clReleaseMemObject(stranger);
  driver().clReleaseMemObject(small);
  driver().clReleaseCommandQueue(foreign);
  driver().clReleaseContext(other);
  EXPECT_EQ(sum(array::from<float>(kValues, {8}).to(device)).item<float>(), 36.0f)
      << "nothing has been broken by all this";
}

}  // namespace
}  // namespace trireme::test
