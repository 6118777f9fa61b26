# cmake/library.cmake -- libtrireme.so: the hull and its three backends
# SPDX-License-Identifier: Apache-2.0

file(GLOB TRIREME_SOURCES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/hull/*/*.cpp ${PROJECT_SOURCE_DIR}/cpu/*.cpp
     ${PROJECT_SOURCE_DIR}/opencl/*.cpp ${PROJECT_SOURCE_DIR}/cuda/*.cpp)
list(FILTER TRIREME_SOURCES EXCLUDE REGEX "/cpu/level_[a-z0-9]+\\.cpp$")

# A level's routines are compiled with that level's instructions, at -O2 even in Debug, so that no function of theirs is
# left out of line where the linker could take it for everybody's (tests/rules/level_objects.sh).
set(TRIREME_FLAGS_baseline "")
set(TRIREME_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi2)
set(TRIREME_FLAGS_avx512 ${TRIREME_FLAGS_avx2} -mavx512f -mavx512cd -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
set(TRIREME_LEVELS "")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(TRIREME_LEVELS baseline avx2 avx512)
endif()

function(trireme_level_options target level)
  target_compile_options(${target} PRIVATE -O2 -ffp-contract=off -fno-math-errno ${TRIREME_FLAGS_${level}})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/hull ${PROJECT_SOURCE_DIR}/include)
  target_link_libraries(${target} PRIVATE xsimd)
endfunction()

add_library(trireme SHARED ${TRIREME_SOURCES})
foreach(level IN LISTS TRIREME_LEVELS)
  add_library(trireme_level_${level} OBJECT ${PROJECT_SOURCE_DIR}/cpu/level_${level}.cpp)
  trireme_level_options(trireme_level_${level} ${level})
  target_compile_options(trireme_level_${level} PRIVATE -Wall -Wextra -fvisibility=hidden)
  target_sources(trireme PRIVATE $<TARGET_OBJECTS:trireme_level_${level}>)
endforeach()

set_target_properties(trireme PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_definitions(trireme PRIVATE TRIREME_VERSION="${PROJECT_VERSION}")
# The library's thread storage is some 200 bytes, found without a call.
target_compile_options(trireme PRIVATE -ftls-model=initial-exec)
target_include_directories(trireme PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>
                           PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/hull)
target_link_libraries(trireme PRIVATE $<BUILD_INTERFACE:trireme_flags> TBB::tbb Threads::Threads ${CMAKE_DL_LIBS})
# nodelete: drivers opened by the library must not outlive it in a process that closes it.
target_link_options(trireme PRIVATE -Wl,-z,relro,-z,now -Wl,-z,nodelete -Wl,--no-undefined)
add_library(trireme::trireme ALIAS trireme)

# For tests that look behind the public headers: the same objects with every symbol visible.
add_library(trireme_inside STATIC EXCLUDE_FROM_ALL ${TRIREME_SOURCES})
foreach(level IN LISTS TRIREME_LEVELS)
  target_sources(trireme_inside PRIVATE $<TARGET_OBJECTS:trireme_level_${level}>)
endforeach()
target_compile_definitions(trireme_inside PRIVATE TRIREME_VERSION="${PROJECT_VERSION}")
target_include_directories(trireme_inside PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/hull ${PROJECT_SOURCE_DIR})
target_link_libraries(trireme_inside PUBLIC trireme_flags TBB::tbb Threads::Threads ${CMAKE_DL_LIBS})
