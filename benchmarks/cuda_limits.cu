// benchmarks/cuda_limits.cu -- what the CUDA device itself reaches: copies, CUB's sum, a bare launch
// SPDX-License-Identifier: Apache-2.0
//
// cuda_limits [ELEMENTS [ROUNDS]]: one line of device_benchmark's Markdown table per measurement, of f32. Not part of the build:
// tests/gpu_suite/run compiles it where nvcc is, as `nvcc -O3 -arch=native cuda_limits.cu`. A checked result
// stands behind each row, as a copy that did nothing would be the fastest.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <cub/device/device_reduce.cuh>
#include <cuda.h>
#include <cuda_runtime.h>

namespace {

void check(cudaError_t code, const char* call) {
  if (code == cudaSuccess) return;
  std::fprintf(stderr, "cuda_limits: %s: %s\n", call, cudaGetErrorString(code));
  std::exit(1);
}

__global__ void empty() {}

__global__ void fill(float* to, long long n, float value) {
  for (long long k = blockIdx.x * (long long)blockDim.x + threadIdx.x; k < n; k += (long long)gridDim.x * blockDim.x)
    to[k] = value;
}

/// The plain way to write a copy: 16 bytes per thread, as many threads as that takes.
__global__ void copy(float4* __restrict__ to, const float4* __restrict__ from, long long n) {
  const long long k = blockIdx.x * (long long)blockDim.x + threadIdx.x;
  if (k < n) to[k] = from[k];
}

struct Timing {
  double best, median;  // seconds
};

template <class Work>
Timing measure(int rounds, int repeat, Work work) {
  cudaEvent_t begin, end;
  check(cudaEventCreate(&begin), "cudaEventCreate");
  check(cudaEventCreate(&end), "cudaEventCreate");
  for (int warm = 0; warm < 3; ++warm) work();
  std::vector<double> seconds;
  for (int round = 0; round < rounds; ++round) {
    check(cudaEventRecord(begin), "cudaEventRecord");
    for (int k = 0; k < repeat; ++k) work();
    check(cudaEventRecord(end), "cudaEventRecord");
    check(cudaEventSynchronize(end), "cudaEventSynchronize");
    float milliseconds = 0;
    check(cudaEventElapsedTime(&milliseconds, begin, end), "cudaEventElapsedTime");
    seconds.push_back(milliseconds * 1e-3 / repeat);
  }
  std::sort(seconds.begin(), seconds.end());
  return {seconds.front(), seconds[seconds.size() / 2]};
}

void print(const char* who, const char* what, long long n, Timing t, double bytes, bool right) {
  std::printf("| %s | `%s` | %lld | %.4f | %.4f | %.0f | %s |\n", who, what, n, t.best * 1e3, t.median * 1e3,
              bytes / t.median * 1e-9, right ? "yes" : "NO");
}

float at(const float* memory, long long k) {
  float value = 0;
  check(cudaMemcpy(&value, memory + k, sizeof value, cudaMemcpyDeviceToHost), "cudaMemcpy");
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  long long n = argc > 1 ? std::atoll(argv[1]) : 1LL << 28;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 7, repeat = 10;
  n = std::max(n / 4 * 4, 4LL);
  const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(float);
  float *from = nullptr, *to = nullptr, *sum = nullptr;
  check(cudaMalloc(&from, bytes), "cudaMalloc");
  check(cudaMalloc(&to, bytes), "cudaMalloc");
  check(cudaMalloc(&sum, sizeof *sum), "cudaMalloc");
  bool right = true;
  const auto expect_copied = [&](float value) {
    const bool copied = at(to, 0) == value && at(to, n / 2) == value && at(to, n - 1) == value;
    right &= copied;
    return copied;
  };

  fill<<<1024, 256>>>(from, n, 2);
  const Timing driver = measure(rounds, repeat, [&] { check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice), "cudaMemcpyAsync"); });
  print("cudaMemcpyAsync", "copy", n, driver, 2.0 * bytes, expect_copied(2));

  fill<<<1024, 256>>>(from, n, 3);
  const long long vectors = n / 4;
  const auto groups = static_cast<unsigned>((vectors + 255) / 256);
  const Timing kernel = measure(rounds, repeat, [&] {
    copy<<<groups, 256>>>(reinterpret_cast<float4*>(to), reinterpret_cast<const float4*>(from), vectors);
  });
  check(cudaGetLastError(), "copy");
  print("kernel of float4", "copy", n, kernel, 2.0 * bytes, expect_copied(3));

  // Ones, and no more than f32 counts without rounding in any order of CUB's.
  fill<<<1024, 256>>>(from, n, 1);
  std::size_t scratch_bytes = 0;
  void* scratch = nullptr;
  check(cub::DeviceReduce::Sum(nullptr, scratch_bytes, from, sum, n), "DeviceReduce::Sum");
  check(cudaMalloc(&scratch, scratch_bytes), "cudaMalloc");
  const Timing reduce = measure(rounds, repeat, [&] { check(cub::DeviceReduce::Sum(scratch, scratch_bytes, from, sum, n), "DeviceReduce::Sum"); });
  const float total = at(sum, 0);
  const bool summed = n <= 1 << 24 ? total == static_cast<float>(n) : std::abs(total / static_cast<double>(n) - 1) < 1e-3;
  right &= summed;
  print("CUB DeviceReduce", "sum(x)", n, reduce, 1.0 * bytes, summed);

  const Timing launch = measure(rounds, 1000, [&] { empty<<<1, 32>>>(); });
  check(cudaGetLastError(), "empty");
  print("bare launch", "nothing", 0, launch, 0, true);
  return right ? 0 : 1;
}
