// tests/cuda/interop_test.cpp -- memory, streams and events shared with a program that drives the GPU itself
// SPDX-License-Identifier: Apache-2.0
#include <thread>

#include <gtest/gtest.h>

#include "cuda/driver_session.hpp"
#include "support/child_process.hpp"
#include "support/expect_error.hpp"

namespace trireme::test {
namespace {

class cuda_interop : public testing::Test {
 protected:
  void SetUp() override {
    for (const DeviceReport& report : devices())
      if (report.name == "cuda:0" && report.usable) return;
    GTEST_SKIP() << "no usable CUDA device";
  }
  void TearDown() override { EXPECT_EQ(races(), 0u); }
};

const std::vector<float> kValues = {1, 2, 3, 4, 5, 6, 7, 8};

TEST_F(cuda_interop, memory_of_the_program_is_computed_with_and_not_copied) {
  const Context context;
  const UserStream stream(context);
  const UserMemory memory(context, 8);
  memory.write(kValues, stream);
  stream.wait();
  const std::int64_t moved = counters().bytes_moved;
  int released = 0;
  {
    const array x = from_device_pointer(memory.address(), {2, 4}, f32, context.device(), [&] { ++released; });
    EXPECT_EQ(x.device().name(), "cuda:0");
    EXPECT_EQ(device_pointer(x), memory.address());
    const array y = (x.T() * 2 + 1).eval();
    EXPECT_EQ(counters().bytes_moved, moved);
    EXPECT_EQ(y.to_vector<float>(), (std::vector<float>{3, 11, 5, 13, 7, 15, 9, 17}));
    EXPECT_EQ(released, 0);
  }
  EXPECT_EQ(released, 1);
}

TEST_F(cuda_interop, address_between_two_blocks_of_alignment_works) {
  const Context context;
  const UserStream stream(context);
  const UserMemory memory(context, 8);
  memory.write(kValues, stream);
  stream.wait();
  for (std::int64_t skip : {1, 3, 7}) {
    const array x =
        from_device_pointer(memory.address() + static_cast<DriverHandle>(4 * skip), {8 - skip}, f32, context.device());
    EXPECT_EQ(device_pointer(x), memory.address() + static_cast<DriverHandle>(4 * skip));
    EXPECT_EQ((x + 0.5).to_vector<float>().front(), static_cast<float>(skip) + 1.5f);
    EXPECT_EQ(x.to_vector<float>().back(), 8.0f);
  }
}

TEST_F(cuda_interop, update_copies_memory_of_the_program_first) {
  const Context context;
  const UserStream stream(context);
  const UserMemory memory(context, 8);
  memory.write(kValues, stream);
  stream.wait();
  array x = from_device_pointer(memory.address(), {8}, f32, context.device());
  x = update(std::move(x), {{0, 2}}, 9);
  EXPECT_EQ(x.to_vector<float>(), (std::vector<float>{9, 9, 3, 4, 5, 6, 7, 8}));
  EXPECT_EQ(memory.read(stream), kValues);
}

TEST_F(cuda_interop, stream_of_the_program_waits_for_an_array) {
  const Context context;
  const UserStream stream(context);
  array x = array::from<float>(kValues, {8}).to(context.device());
  const array y = x * 3;
  const DriverHandle address = device_pointer(y);
  wait_on(stream.handle(), y);
  EXPECT_EQ(UserMemory::read_from(context, address, 8, stream), (std::vector<float>{3, 6, 9, 12, 15, 18, 21, 24}));
}

TEST_F(cuda_interop, library_waits_for_a_stream_of_the_program) {
  const Context context;
  const UserStream stream(context);
  const UserMemory memory(context, 8);
  const array x = from_device_pointer(memory.address(), {8}, f32, context.device());
  memory.write(kValues, stream);
  wait_on(context.device(), stream.handle());
  EXPECT_EQ(sum(x).item<float>(), 36.0f);
}

TEST_F(cuda_interop, work_in_a_scope_goes_to_its_stream_behind_what_is_there) {
  const Context context;
  UserStream stream(context);
  const UserMemory memory(context, 8);
  array kept;
  {
    const array ours = (array::from<float>(kValues, {8}).to(context.device()) + 1).eval();  // in the library's stream
    memory.write(kValues, stream);
    const StreamScope scope(context.device(), stream.handle());
    const array x = from_device_pointer(memory.address(), {8}, f32, context.device());
    kept = (x * ours).eval();
    // No wait: the copy is in the same stream.
    EXPECT_EQ(UserMemory::read_from(context, device_pointer(kept), 8, stream),
              (std::vector<float>{2, 6, 12, 20, 30, 42, 56, 72}));
    kept = (kept + x).eval();
  }
  stream.destroy();  // the library's work has been told to wait for it
  EXPECT_EQ((kept - 1).to_vector<float>(), (std::vector<float>{2, 7, 14, 23, 34, 47, 62, 79}));
}

TEST_F(cuda_interop, scopes_nest_and_end) {
  const Context context;
  const UserStream outer(context), inner(context);
  const array x = array::from<float>(kValues, {8}).to(context.device());
  array y;
  {
    const StreamScope first(context.device(), outer.handle());
    y = (x + 1).eval();
    {
      const StreamScope second(context.device(), inner.handle());
      y = (y + 1).eval();
    }
    y = (y + 1).eval();
  }
  y = (y + 1).eval();
  EXPECT_EQ(y.to_vector<float>().front(), 5.0f);
}

TEST_F(cuda_interop, threads_with_streams_of_their_own_share_arrays) {
  const Context context;
  const array shared = (array::from<float>(kValues, {8}).to(context.device()) + 0).eval();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      const Context mine;
      const UserStream stream(mine);
      for (int k = 0; k < 50; ++k) {
        float got = 0;
        if (t % 2 == 0) {
          got = sum(shared * k).item<float>();
        } else {
          const StreamScope scope(mine.device(), stream.handle());
          got = sum(shared * k).item<float>();
        }
        wrong += got != 36.0f * static_cast<float>(k);
      }
      stream.wait();
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(cuda_interop, events_tell_when_an_array_is_there) {
  const Context context;
  const array x = array::from<float>(kValues, {8}).to(context.device());
  const Event start = Event::record(context.device());
  const array y = x + 2;
  const Event end = Event::record(y);
  EXPECT_FALSE(y.is_lazy());
  EXPECT_EQ(end.device(), context.device());
  EXPECT_NE(end.native(), 0u);
  while (!end.is_complete()) std::this_thread::yield();
  end.wait();
  EXPECT_GE(elapsed_seconds(start, end), 0.0);
  EXPECT_LT(elapsed_seconds(start, end), 60.0);
  const UserStream stream(context);
  wait_on(stream.handle(), end);
  EXPECT_EQ(UserMemory::read_from(context, device_pointer(y), 8, stream).back(), 10.0f);
  const Event passed;
  EXPECT_TRUE(passed.is_complete());
  passed.wait();
}

TEST_F(cuda_interop, what_cannot_be_shared_is_refused) {
  const Context context;
  const Device cuda = context.device(), cpu("cpu");
  const UserStream stream(context);
  const UserMemory memory(context, 8);
  float host[8] = {};
  int called = 0;
  const auto from = [&](DriverHandle pointer, const Shape& shape, Dtype dtype) {
    return from_device_pointer(pointer, shape, dtype, cuda, [&] { ++called; });
  };
  expect_error([&] { from(0, {1}, f32); }, Code::invalid_argument, "from_device_pointer", {"null"});
  expect_error([&] { from(memory.address() + 2, {1}, f32); }, Code::invalid_argument, "from_device_pointer",
               {"multiple of 4"});
  expect_error([&] { from(memory.address() + 4, {1}, f64); }, Code::invalid_argument, "from_device_pointer",
               {"multiple of 8"});
  expect_error([&] { from_device_pointer(memory.address(), {8}, f32, Device()); }, Code::invalid_argument,
               "from_device_pointer", {"not auto"});
  expect_error([&] { StreamScope scope(cpu, stream.handle()); }, Code::unsupported, "StreamScope",
               {"cpu has no driver"});
  expect_error([&] { elapsed_seconds(Event::record(cpu), Event::record(cuda)); }, Code::invalid_argument,
               "elapsed_seconds", {"one device"});
  if (stand_in_symbol("stand_in_reset")) {  // a driver need not survive a made-up handle, nor tell sizes to the byte
    expect_error([&] { from(memory.address(), {9}, f32); }, Code::invalid_argument, "from_device_pointer",
                 {"has 32 bytes"});
    expect_error([&] { from(memory.address() + 4, {8}, f32); }, Code::invalid_argument, "from_device_pointer",
                 {"has 28 bytes"});
    expect_error([&] { from(reinterpret_cast<DriverHandle>(host), {8}, f32); }, Code::invalid_argument,
                 "from_device_pointer", {"no memory that CUDA knows"});
    expect_error([&] { StreamScope scope(cuda, 12345); }, Code::invalid_argument, "stream", {"is no stream of cuda:0"});
    expect_error([&] { wait_on(cuda, DriverHandle{12345}); }, Code::invalid_argument, "stream",
                 {"is no stream of cuda:0"});
  }
  const array x = array::from<float>(kValues, {2, 4}).to(cuda);
  expect_error([&] { device_pointer(x.T()); }, Code::invalid_argument, "device_pointer", {"contiguous()"});
  EXPECT_EQ(called, 0);
  EXPECT_EQ(sum(x).item<float>(), 36.0f) << "nothing has been broken by all this";
}

TEST(cpu_interop, addresses_and_events_of_the_cpu_work_too) {
  const Device cpu("cpu");
  const std::vector<float> values = kValues;
  const array x = from_device_pointer(reinterpret_cast<DriverHandle>(values.data()), {8}, f32, cpu);
  EXPECT_EQ(device_pointer(x), reinterpret_cast<DriverHandle>(values.data()));
  EXPECT_EQ(device_pointer(x.slice({{2}})), reinterpret_cast<DriverHandle>(values.data() + 2));
  const Event start = Event::record(cpu), end = Event::record(x + 1);
  EXPECT_TRUE(end.is_complete());
  EXPECT_GE(elapsed_seconds(start, end), 0.0);
  synchronize(cpu);
}

// What a second device adds, in a process that has two.

TEST(cuda_interop_child, DISABLED_shares_with_the_right_device_only) {
  const Context first("cuda:0"), second("cuda:1");  // cuda:1 is current
  const UserStream stream(second);
  const UserMemory memory(second, 8);
  memory.write(kValues, stream);
  stream.wait();
  std::string text;
  const auto thrown = [&](auto body) {
    try {
      body();
      text += "nothing; ";
    } catch (const error& failure) {
      text += std::string(failure.what()) + "; ";
    }
  };
  thrown([&] { from_device_pointer(memory.address(), {8}, f32, Device("cuda:0")); });
  thrown([&] { StreamScope scope(Device("cuda:0"), stream.handle()); });
  const array x = from_device_pointer(memory.address(), {8}, f32, Device("cuda:1"));
  const StreamScope scope(Device("cuda:1"), stream.handle());
  text += std::to_string(sum(x).item<float>()) + " races " + std::to_string(races());
  report(text);
}

TEST(cuda_interop_devices, pointer_and_stream_of_another_device_are_refused) {
  if (!stand_in_symbol("stand_in_reset")) GTEST_SKIP() << "the stand-in libcuda.so.1 is not first on LD_LIBRARY_PATH";
  const std::string text =
      run_child("cuda_interop_child.DISABLED_shares_with_the_right_device_only", {{"STAND_IN_DEVICES", "2"}});
  EXPECT_NE(text.find("lies on CUDA device 1, not on cuda:0"), std::string::npos) << text;
  EXPECT_NE(text.find("belongs to another context"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("36.000000 races 0")) << text;
}

}  // namespace
}  // namespace trireme::test
