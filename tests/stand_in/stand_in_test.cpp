// tests/stand_in/stand_in_test.cpp -- the stand-in runs CUDA text, keeps the host out of device memory, and fails on cue
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "stand_in_session.hpp"

namespace {

using stand_in_test::Buffer;
using stand_in_test::cuda;
using stand_in_test::nvrtc;
using stand_in_test::Session;

class StandIn : public Session {};

TEST_F(StandIn, saxpy_with_bounds_check_matches_host) {
  CUfunction f = kernel(R"(extern "C" __global__ void saxpy(float a, const float* __restrict__ x,
                                                            float* __restrict__ y, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) y[i] = a * x[i] + y[i];
  })", "saxpy");
  const int n = 1000;
  std::vector<float> x(n), y(n), expected(n);
  for (int i = 0; i < n; ++i) {
    x[i] = 0.1f * float(i);
    y[i] = 1.0f / float(i + 1);
    volatile float product = 1.7f * x[i];  // the device was told not to fuse, so the host must not either
    expected[i] = product + y[i];
  }
  Buffer dx(x), dy(y);
  EXPECT_EQ(run(f, {8}, {128}, 1.7f, dx.address(), dy.address(), n), CUDA_SUCCESS);
  EXPECT_EQ(dy.read<float>(), expected);
}

TEST_F(StandIn, multiply_add_without_fmad_false_is_fused) {
  const char* text = R"(extern "C" __global__ void f(float a, float b, float c, float* r) { r[0] = a * b + c; })";
  const float a = 1.0f + 0x1p-12f, c = -(1.0f + 0x1p-11f);
  Buffer fused(std::vector<float>(1)), apart(std::vector<float>(1));
  EXPECT_EQ(run(kernel(text, "f"), {1}, {1}, a, a, c, apart.address()), CUDA_SUCCESS);
  EXPECT_EQ(run(kernel(text, "f", {"--gpu-architecture=sm_90"}), {1}, {1}, a, a, c, fused.address()), CUDA_SUCCESS);
  EXPECT_EQ(apart.read<float>()[0], 0.0f);
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("fma")) GTEST_SKIP() << "no FMA on this processor: the stand-in cannot fuse";
#endif
  EXPECT_EQ(fused.read<float>()[0], 0x1p-24f);
}

TEST_F(StandIn, block_reduction_in_shared_memory_sums_every_thread) {
  CUfunction f = kernel(R"(extern "C" __global__ void __launch_bounds__(256) total(const int* x, int* out) {
    __shared__ int tile[256];
    const int t = threadIdx.x;
    tile[t] = x[blockIdx.x * 256 + t];
    __syncthreads();
    for (int step = 128; step > 0; step /= 2) {
      if (t < step) tile[t] += tile[t + step];
      __syncthreads();
    }
    if (t == 0) out[blockIdx.x] = tile[0];
  })", "total");
  std::vector<int> x(1024), expected(4);
  for (int i = 0; i < 1024; ++i) expected[i / 256] += x[i] = i * i % 37;
  Buffer dx(x), out(std::vector<int>(4));
  EXPECT_EQ(run(f, {4}, {256}, dx.address(), out.address()), CUDA_SUCCESS);
  EXPECT_EQ(out.read<int>(), expected);
  EXPECT_EQ(run(f, {1}, {512}, dx.address(), out.address()), CUDA_ERROR_INVALID_VALUE) << "beyond __launch_bounds__";
}

TEST_F(StandIn, dynamic_shared_memory_has_the_launch_size) {
  CUfunction f = kernel(R"(extern "C" __global__ void flip(int* x) {
    extern __shared__ __align__(16) int tile[];  // extern __shared__ in a comment is no matter
    tile[threadIdx.x] = x[threadIdx.x];
    __syncthreads();
    x[threadIdx.x] = tile[blockDim.x - 1 - threadIdx.x];
  })", "flip");
  Buffer x(std::vector<int>{1, 2, 3, 4, 5});
  shared_bytes = 5 * sizeof(int);
  EXPECT_EQ(run(f, {1}, {5}, x.address()), CUDA_SUCCESS);
  EXPECT_EQ(x.read<int>(), (std::vector<int>{5, 4, 3, 2, 1}));
  shared_bytes = 64 * 1024;
  EXPECT_EQ(run(f, {1}, {5}, x.address()), CUDA_ERROR_INVALID_VALUE) << "needs cuFuncSetAttribute first";
}

TEST_F(StandIn, warp_shuffles_and_votes_exchange_lanes) {
  CUfunction f = kernel(R"(extern "C" __global__ void warp(const float* x, float* down, double* xored, unsigned* vote, int n) {
    const int t = threadIdx.x;
    if (t >= n) return;  // the last warp is not full
    const unsigned mask = __ballot_sync(0xffffffffu, 1);
    float v = x[t];
    for (int d = 16; d > 0; d /= 2) v += __shfl_down_sync(mask, v, d);
    down[t] = v;
    xored[t] = __shfl_xor_sync(mask, (double)x[t], 1);
    vote[t] = mask;
  })", "warp");
  std::vector<float> x(64);
  for (int i = 0; i < 64; ++i) x[i] = float(i);
  Buffer dx(x), down(std::vector<float>(64)), xored(std::vector<double>(64)), vote(std::vector<unsigned>(64));
  EXPECT_EQ(run(f, {1}, {64}, dx.address(), down.address(), xored.address(), vote.address(), 48), CUDA_SUCCESS);
  EXPECT_EQ(down.read<float>()[0], 31 * 32 / 2);
  EXPECT_EQ(xored.read<double>()[6], 7.0);
  EXPECT_EQ(xored.read<double>()[35], 34.0);
  EXPECT_EQ(vote.read<unsigned>()[0], 0xffffffffu);
  EXPECT_EQ(vote.read<unsigned>()[40], 0xffffu);
}

TEST_F(StandIn, grid_stride_loop_visits_each_element_once) {
  CUfunction f = kernel(R"(extern "C" __global__ void inc(long long* x, long long n) {
    const long long step = (long long)gridDim.x * blockDim.x;
    for (long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; i < n; i += step) x[i] += i;
  })", "inc");
  std::vector<long long> x(10007, 5), expected(10007);
  for (int i = 0; i < 10007; ++i) expected[i] = 5 + i;
  Buffer dx(x);
  EXPECT_EQ(run(f, {3}, {64}, dx.address(), 10007ll), CUDA_SUCCESS);
  EXPECT_EQ(dx.read<long long>(), expected);
}

TEST_F(StandIn, two_dimensional_grid_covers_the_matrix) {
  CUfunction f = kernel(R"(extern "C" __global__ void mark(int* m, int rows, int columns) {
    const int c = blockIdx.x * blockDim.x + threadIdx.x, r = blockIdx.y * blockDim.y + threadIdx.y;
    if (r < rows && c < columns) m[r * columns + c] = 1000 * r + c;
  })", "mark");
  std::vector<int> expected(13 * 21);
  for (int i = 0; i < 13 * 21; ++i) expected[i] = 1000 * (i / 21) + i % 21;
  Buffer m(std::vector<int>(13 * 21));
  EXPECT_EQ(run(f, {3, 4}, {8, 4}, m.address(), 13, 21), CUDA_SUCCESS);
  EXPECT_EQ(m.read<int>(), expected);
}

TEST_F(StandIn, struct_parameter_is_passed_by_value) {
  CUfunction f = kernel(R"(struct View { float* data; long long stride[3]; char tag; double scale; };
  extern "C" __global__ void use(char before, View v, short after) {
    v.data[v.stride[1]] = float(v.scale * before + after + v.tag);
  })", "use");
  struct View {
    CUdeviceptr data;
    long long stride[3];
    char tag;
    double scale;
  };
  Buffer x(std::vector<float>(4));
  const View view{x.address(), {7, 2, 9}, 3, 0.5};
  EXPECT_EQ(run(f, {1}, {1}, char(10), view, short(100)), CUDA_SUCCESS);
  EXPECT_EQ(x.read<float>()[2], 108.0f);
}

TEST_F(StandIn, double_arithmetic_has_the_bits_of_the_host) {
  CUfunction f = kernel(R"(extern "C" __global__ void ops(const double* x, const double* y, double* r, int n) {
    const int i = threadIdx.x;
    r[i] = fma(x[i], y[i], x[i]);
    r[n + i] = sqrt(fabs(x[i]));
    r[2 * n + i] = x[i] / y[i];
    r[3 * n + i] = __dadd_rn(__dmul_rn(x[i], y[i]), x[i]);
    r[4 * n + i] = __longlong_as_double(__double_as_longlong(x[i]) + 1);
  })", "ops");
  const std::vector<double> x = {1.1, -3e-310, 1e308, 0.1, 5e-324, -0.0}, y = {3.3, 0.7, 9.9, -10.0, 0.5, 3.0};
  const int n = int(x.size());
  Buffer dx(x), dy(y), r(std::vector<double>(5 * n));
  EXPECT_EQ(run(f, {1}, {unsigned(n)}, dx.address(), dy.address(), r.address(), n), CUDA_SUCCESS);
  const auto result = r.read<double>();
  for (int i = 0; i < n; ++i) {
    volatile double product = x[i] * y[i];
    const double next[] = {std::fma(x[i], y[i], x[i]), std::sqrt(std::fabs(x[i])), x[i] / y[i], product + x[i]};
    for (int k = 0; k < 4; ++k) EXPECT_EQ(std::memcmp(&result[k * n + i], &next[k], 8), 0) << "operation " << k << " of " << i;
  }
}

TEST_F(StandIn, float_to_integer_saturates_as_a_device_does) {
  CUfunction f = kernel(R"(extern "C" __global__ void convert(const float* x, int* i, long long* l) {
    i[threadIdx.x] = __float2int_rz(x[threadIdx.x]);
    l[threadIdx.x] = __double2ll_rz(x[threadIdx.x]);
  })", "convert");
  Buffer x(std::vector<float>{1e30f, -1e30f, -2.7f, NAN}), i(std::vector<int>(4)), l(std::vector<long long>(4));
  EXPECT_EQ(run(f, {1}, {4}, x.address(), i.address(), l.address()), CUDA_SUCCESS);
  EXPECT_EQ(i.read<int>(), (std::vector<int>{INT32_MAX, INT32_MIN, -2, 0}));
  EXPECT_EQ(l.read<long long>(), (std::vector<long long>{INT64_MAX, INT64_MIN, -2, INT64_MIN}));
}

TEST_F(StandIn, atomics_count_every_thread) {
  CUfunction f = kernel(R"(extern "C" __global__ void count(int* n, unsigned long long* big, float* sum, int* low,
                                                            unsigned* taken) {
    atomicAdd(n, 1);
    atomicAdd(big, 1ull << 33);
    atomicAdd(sum, 0.5f);
    atomicMin(low, (int)threadIdx.x - 5);
    atomicMax(low + 1, (int)threadIdx.x);
    if (atomicCAS(taken, 0u, threadIdx.x + 1) == 0u) atomicExch(taken + 1, blockIdx.x);
  })", "count");
  Buffer n(std::vector<int>(1)), big(std::vector<unsigned long long>(1)), sum(std::vector<float>(1)), low(std::vector<int>(2));
  Buffer taken(std::vector<unsigned>(2, 0));
  EXPECT_EQ(run(f, {4}, {100}, n.address(), big.address(), sum.address(), low.address(), taken.address()), CUDA_SUCCESS);
  EXPECT_EQ(n.read<int>()[0], 400);
  EXPECT_EQ(big.read<unsigned long long>()[0], 400ull << 33);
  EXPECT_EQ(sum.read<float>()[0], 200.0f);
  EXPECT_EQ(low.read<int>(), (std::vector<int>{-5, 99}));
  EXPECT_EQ(taken.read<unsigned>(), (std::vector<unsigned>{1, 0}));
}

TEST_F(StandIn, compile_error_is_logged_with_the_line) {
  std::string log;
  const char* text = "extern \"C\" __global__ void f(int* x) {\n  x[0] = missing;\n}";
  EXPECT_EQ(compile(text, {"--gpu-architecture=sm_90"}, &log, nullptr), NVRTC_ERROR_COMPILATION);
  EXPECT_NE(log.find("test.cu:2"), std::string::npos) << log;
  EXPECT_NE(log.find("missing"), std::string::npos) << log;
  EXPECT_EQ(compile("#include <cmath>\n", {"--gpu-architecture=sm_90"}, &log, nullptr), NVRTC_ERROR_COMPILATION)
      << "NVRTC has no system headers";
}

TEST_F(StandIn, unknown_option_is_refused) {
  std::string log;
  EXPECT_EQ(compile("", {"--make-it-fast"}, &log, nullptr), NVRTC_ERROR_INVALID_OPTION);
  EXPECT_NE(log.find("--make-it-fast"), std::string::npos) << log;
  EXPECT_EQ(compile("", {"--gpu-architecture=sm_12345"}, &log, nullptr), NVRTC_ERROR_INVALID_OPTION);
  EXPECT_EQ(compile("", {"--fmad=perhaps"}, &log, nullptr), NVRTC_ERROR_INVALID_OPTION);
}

TEST_F(StandIn, same_text_is_compiled_once) {
  const char* text = "extern \"C\" __global__ void once() {}";
  kernel(text, "once");
  const auto before = nvrtc().compile_count();
  kernel(text, "once");
  EXPECT_EQ(nvrtc().compile_count(), before);
}

TEST_F(StandIn, damaged_or_foreign_image_is_refused) {
  std::string log;
  std::vector<char> image;
  const char* text = "extern \"C\" __global__ void f() {}";
  ASSERT_EQ(compile(text, {"--gpu-architecture=sm_80"}, &log, &image), NVRTC_SUCCESS) << log;
  CUmodule module = nullptr;
  EXPECT_EQ(cuda().cuModuleLoadData(&module, image.data()), CUDA_ERROR_NO_BINARY_FOR_GPU) << "sm_80 on a 9.0 device";
  ASSERT_EQ(compile(text, {"--gpu-architecture=sm_90"}, &log, &image), NVRTC_SUCCESS) << log;
  image[image.size() / 2] ^= 1;
  EXPECT_EQ(cuda().cuModuleLoadData(&module, image.data()), CUDA_ERROR_INVALID_IMAGE);
  EXPECT_EQ(cuda().cuModuleLoadData(&module, "no image of any kind"), CUDA_ERROR_INVALID_IMAGE);
}

}  // namespace
