// tests/stand_in/nvrtc.cpp -- NVRTC's calls: compiles CUDA text with the host compiler into an image that the stand-in runs
// SPDX-License-Identifier: Apache-2.0
#include "nvrtc.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>

#include "cuda_types.hpp"
#include "image.hpp"

struct _nvrtcProgram {
  std::string text;
  std::string name;
  std::vector<stand_in::Header> headers;
  std::string log;
  std::string image;
  bool has_cubin = false;
};
using nvrtcProgram = _nvrtcProgram*;

namespace {

using namespace stand_in;

std::atomic<unsigned long long> compile_count{0};

// Tests compile the same text again and again: keep every object of this process.
struct Cache {
  std::mutex lock;
  std::map<std::string, std::string> objects;
};
Cache& cache() {
  static Cache* c = new Cache;  // never destroyed: nothing may run at exit
  return *c;
}

bool object_of(const _nvrtcProgram& program, const Options& options, std::string* object, std::string* log) {
  const std::string text = host_text(program.text, program.name, options);
  const char* compiler = std::getenv("STAND_IN_COMPILER");
  std::string key = text + '\0' + options.standard + (options.contract ? 'c' : '-') + (compiler ? compiler : "");
  for (const auto& d : options.defines) key += '\0' + d;
  for (const auto& [name, content] : program.headers) key += '\0' + name + '\0' + content;
  {
    std::lock_guard<std::mutex> guard(cache().lock);
    const auto found = cache().objects.find(key);
    if (found != cache().objects.end()) return *object = found->second, true;
  }
  ++compile_count;
  if (!compile_object(text, program.headers, options, object, log)) return false;
  std::lock_guard<std::mutex> guard(cache().lock);
  cache().objects[key] = *object;
  return true;
}

std::string make_image(const std::string& object, const Options& options) {
  ImageHeader header{};
  std::memcpy(header.magic, kImageMagic, sizeof header.magic);
  header.bytes = object.size();
  header.checksum = checksum(object.data(), object.size());
  header.arch = options.arch;
  header.is_virtual = options.is_virtual;
  return std::string(reinterpret_cast<const char*>(&header), sizeof header) + object;
}

}  // namespace

STAND_IN_API const char* nvrtcGetErrorString(nvrtcResult result) {
  switch (result) {
    case NVRTC_SUCCESS: return "NVRTC_SUCCESS";
    case NVRTC_ERROR_OUT_OF_MEMORY: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case NVRTC_ERROR_PROGRAM_CREATION_FAILURE: return "NVRTC_ERROR_PROGRAM_CREATION_FAILURE";
    case NVRTC_ERROR_INVALID_INPUT: return "NVRTC_ERROR_INVALID_INPUT";
    case NVRTC_ERROR_INVALID_PROGRAM: return "NVRTC_ERROR_INVALID_PROGRAM";
    case NVRTC_ERROR_INVALID_OPTION: return "NVRTC_ERROR_INVALID_OPTION";
    case NVRTC_ERROR_COMPILATION: return "NVRTC_ERROR_COMPILATION";
    case NVRTC_ERROR_BUILTIN_OPERATION_FAILURE: return "NVRTC_ERROR_BUILTIN_OPERATION_FAILURE";
    case NVRTC_ERROR_INTERNAL_ERROR: return "NVRTC_ERROR_INTERNAL_ERROR";
  }
  return "NVRTC_ERROR unknown";
}

STAND_IN_API nvrtcResult nvrtcVersion(int* major, int* minor) {
  if (!major || !minor) return NVRTC_ERROR_INVALID_INPUT;
  const char* cue = std::getenv("STAND_IN_NVRTC_VERSION");
  const int version = cue && *cue ? std::atoi(cue) : 12090;
  *major = version / 1000;
  *minor = version % 1000 / 10;
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetNumSupportedArchs(int* count) {
  if (!count) return NVRTC_ERROR_INVALID_INPUT;
  *count = static_cast<int>(supported_archs().size());
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetSupportedArchs(int* archs) {
  if (!archs) return NVRTC_ERROR_INVALID_INPUT;
  for (int arch : supported_archs()) *archs++ = arch;
  return NVRTC_SUCCESS;
}

STAND_IN_API nvrtcResult nvrtcCreateProgram(nvrtcProgram* program, const char* text, const char* name, int header_count,
                                            const char* const* headers, const char* const* include_names) {
  if (!program || !text || header_count < 0) return NVRTC_ERROR_INVALID_INPUT;
  if (header_count > 0 && (!headers || !include_names)) return NVRTC_ERROR_INVALID_INPUT;
  *program = new _nvrtcProgram;
  (*program)->text = text;
  (*program)->name = name && *name ? name : "default_program";
  for (int i = 0; i < header_count; ++i) (*program)->headers.emplace_back(include_names[i], headers[i]);
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcDestroyProgram(nvrtcProgram* program) {
  if (!program || !*program) return NVRTC_ERROR_INVALID_PROGRAM;
  delete *program;
  *program = nullptr;
  return NVRTC_SUCCESS;
}

STAND_IN_API nvrtcResult nvrtcCompileProgram(nvrtcProgram program, int option_count, const char* const* options) {
  if (!program) return NVRTC_ERROR_INVALID_PROGRAM;
  if (option_count < 0 || (option_count > 0 && !options)) return NVRTC_ERROR_INVALID_INPUT;
  program->log.clear();
  program->image.clear();
  Options parsed;
  const std::vector<std::string> given(options, options + option_count);
  if (!read_options(given, &parsed, &program->log)) return NVRTC_ERROR_INVALID_OPTION;
  if (const char* cue = std::getenv("STAND_IN_COMPILE_FAIL"); cue && *cue == '1') {
    program->log = "trireme.cu(1): error: compilation fails on cue (STAND_IN_COMPILE_FAIL)\n";
    return NVRTC_ERROR_COMPILATION;
  }
  std::string object;
  if (!object_of(*program, parsed, &object, &program->log)) return NVRTC_ERROR_COMPILATION;
  program->image = make_image(object, parsed);
  program->has_cubin = !parsed.is_virtual;
  return NVRTC_SUCCESS;
}

STAND_IN_API nvrtcResult nvrtcGetProgramLogSize(nvrtcProgram program, std::size_t* bytes) {
  if (!program) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!bytes) return NVRTC_ERROR_INVALID_INPUT;
  *bytes = program->log.size() + 1;  // with the final zero, as NVRTC counts
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetProgramLog(nvrtcProgram program, char* log) {
  if (!program) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!log) return NVRTC_ERROR_INVALID_INPUT;
  std::memcpy(log, program->log.c_str(), program->log.size() + 1);
  return NVRTC_SUCCESS;
}

// As with NVRTC: a cubin only from sm_NN (else 0 bytes), PTX from either. Both are the same image here.
STAND_IN_API nvrtcResult nvrtcGetCUBINSize(nvrtcProgram program, std::size_t* bytes) {
  if (!program || program->image.empty()) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!bytes) return NVRTC_ERROR_INVALID_INPUT;
  *bytes = program->has_cubin ? program->image.size() : 0;
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetCUBIN(nvrtcProgram program, char* image) {
  if (!program || program->image.empty() || !program->has_cubin) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!image) return NVRTC_ERROR_INVALID_INPUT;
  std::memcpy(image, program->image.data(), program->image.size());
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetPTXSize(nvrtcProgram program, std::size_t* bytes) {
  if (!program || program->image.empty()) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!bytes) return NVRTC_ERROR_INVALID_INPUT;
  *bytes = program->image.size();
  return NVRTC_SUCCESS;
}
STAND_IN_API nvrtcResult nvrtcGetPTX(nvrtcProgram program, char* image) {
  if (!program || program->image.empty()) return NVRTC_ERROR_INVALID_PROGRAM;
  if (!image) return NVRTC_ERROR_INVALID_INPUT;
  std::memcpy(image, program->image.data(), program->image.size());
  return NVRTC_SUCCESS;
}

// For tests; the real NVRTC has no such call.
STAND_IN_API unsigned long long stand_in_compile_count() { return compile_count; }
