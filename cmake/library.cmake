# cmake/library.cmake -- libtrireme.so: the hull and its three backends
# SPDX-License-Identifier: Apache-2.0

file(GLOB TRIREME_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hull/*/*.cpp ${PROJECT_SOURCE_DIR}/cpu/*.cpp
     ${PROJECT_SOURCE_DIR}/opencl/*.cpp ${PROJECT_SOURCE_DIR}/cuda/*.cpp)
list(FILTER TRIREME_SOURCES EXCLUDE REGEX "/cpu/level_(math_)?[a-z0-9]+\\.cpp$")

# The compiled tier needs AsmJit, for x86-64 alone. Linked into the library, where its symbols stay.
set(TRIREME_ASMJIT "")
if(NOT TRIREME_JIT STREQUAL "OFF" AND CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  find_path(ASMJIT_INCLUDE_DIR asmjit/x86.h)
  find_library(ASMJIT_LIBRARY NAMES libasmjit.a asmjit)
  if(ASMJIT_INCLUDE_DIR AND ASMJIT_LIBRARY)
    set(TRIREME_ASMJIT ${ASMJIT_LIBRARY})
  endif()
endif()
if(NOT TRIREME_ASMJIT)
  if(TRIREME_JIT STREQUAL "ON")
    message(FATAL_ERROR "trireme: TRIREME_JIT=ON needs AsmJit (Debian: libasmjit-dev) and x86-64")
  endif()
  list(FILTER TRIREME_SOURCES EXCLUDE REGEX "/cpu/jit_(asmjit|assemble|body|casts|flatten|integers|masks|memory|rows)\\.cpp$")
endif()

# A level's routines are compiled with that level's instructions, at -O2 even in Debug, so that no function of theirs is
# left out of line where the linker could take it for everybody's (tests/rules/level_objects.sh).
set(TRIREME_FLAGS_baseline "")
set(TRIREME_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi2)
set(TRIREME_FLAGS_avx512 ${TRIREME_FLAGS_avx2} -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
set(TRIREME_FLAGS_neon "")
set(TRIREME_LEVELS "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(TRIREME_LEVELS baseline avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(TRIREME_LEVELS neon)
else()
  message(FATAL_ERROR "trireme: there is no CPU level for '${CMAKE_SYSTEM_PROCESSOR}', only for x86_64 and aarch64")
endif()

function(trireme_level_options target level)
  # Without exceptions, as the personality routine's reference would be a weak symbol.
  target_compile_options(${target} PRIVATE -O2 -falign-loops=32 -falign-functions=64 -ffp-contract=off -fno-math-errno -fno-exceptions ${TRIREME_FLAGS_${level}})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/hull ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE xsimd)
endfunction()

# Every source is compiled once, with hidden symbols: for the shared library and for tests that look inside.
add_library(trireme_objects OBJECT ${TRIREME_SOURCES})
set_target_properties(trireme_objects PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_compile_definitions(trireme_objects PRIVATE TRIREME_VERSION="${PROJECT_VERSION}")
# The library's thread storage is some 200 bytes, found without a call.
target_compile_options(trireme_objects PRIVATE -ftls-model=initial-exec)
target_include_directories(trireme_objects PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/hull ${PROJECT_SOURCE_DIR})
target_link_libraries(trireme_objects PRIVATE trireme_flags TBB::tbb Threads::Threads)
if(TRIREME_ASMJIT)
  target_compile_definitions(trireme_objects PRIVATE TRIREME_ASMJIT ASMJIT_STATIC)
  target_include_directories(trireme_objects SYSTEM PRIVATE ${ASMJIT_INCLUDE_DIR})
endif()

if(TRIREME_SANITIZE MATCHES "thread")
  set_source_files_properties(${PROJECT_SOURCE_DIR}/cpu/threads.cpp PROPERTIES COMPILE_OPTIONS -fno-sanitize=thread
                              COMPILE_DEFINITIONS TRIREME_THREAD_SANITIZER)
endif()

add_library(trireme SHARED $<TARGET_OBJECTS:trireme_objects>)
add_library(trireme_inside STATIC EXCLUDE_FROM_ALL $<TARGET_OBJECTS:trireme_objects>)
foreach(level IN LISTS TRIREME_LEVELS)
  add_library(trireme_level_${level} OBJECT ${PROJECT_SOURCE_DIR}/cpu/level_${level}.cpp ${PROJECT_SOURCE_DIR}/cpu/level_math_${level}.cpp)
  trireme_level_options(trireme_level_${level} ${level})
  target_compile_options(trireme_level_${level} PRIVATE -Wall -Wextra -fvisibility=hidden)
  target_sources(trireme PRIVATE $<TARGET_OBJECTS:trireme_level_${level}>)
  target_sources(trireme_inside PRIVATE $<TARGET_OBJECTS:trireme_level_${level}>)
endforeach()

# trireme_library_properties(TARGET): how a shared library of these objects is linked and named. Whoever links it needs
# its headers and nothing else: all that it is linked to is private.
function(trireme_library_properties target)
  set_target_properties(${target} PROPERTIES VERSION ${PROJECT_VERSION} LINKER_LANGUAGE CXX
                        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
                        LINK_DEPENDS ${PROJECT_SOURCE_DIR}/cmake/trireme.map)
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target} INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  # oneTBB by file, as an exported target would hand its name on.
  target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:trireme_flags> $<TARGET_FILE:TBB::tbb> Threads::Threads ${CMAKE_DL_LIBS} ${TRIREME_ASMJIT})
  # nodelete: drivers opened by the library must not outlive it in a process that closes it.
  target_link_options(${target} PRIVATE -Wl,--version-script=${PROJECT_SOURCE_DIR}/cmake/trireme.map -Wl,-z,relro,-z,now -Wl,-z,nodelete -Wl,--no-undefined)
endfunction()
trireme_library_properties(trireme)
add_library(trireme::trireme ALIAS trireme)

set_target_properties(trireme_inside PROPERTIES LINKER_LANGUAGE CXX)
target_include_directories(trireme_inside INTERFACE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/hull ${PROJECT_SOURCE_DIR})
target_link_libraries(trireme_inside PUBLIC trireme_flags TBB::tbb Threads::Threads ${CMAKE_DL_LIBS} ${TRIREME_ASMJIT})

# trireme_per_level(TARGET PATTERN): adds, for every level, the source that PATTERN names with LEVEL replaced, compiled
# with that level's flags.
function(trireme_per_level target pattern)
  foreach(level IN LISTS TRIREME_LEVELS)
    string(REPLACE "LEVEL" ${level} source ${pattern})
    add_library(${target}_${level} OBJECT ${source})
    trireme_level_options(${target}_${level} ${level})
    target_include_directories(${target}_${level} PRIVATE ${PROJECT_SOURCE_DIR}/tests ${CMAKE_CURRENT_SOURCE_DIR})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${level}>)
  endforeach()
endfunction()
