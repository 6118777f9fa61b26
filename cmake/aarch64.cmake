# cmake/aarch64.cmake -- toolchain file: builds for AArch64 Linux with Debian's cross compiler, runs programs under qemu
# SPDX-License-Identifier: Apache-2.0
#
# cmake -DCMAKE_TOOLCHAIN_FILE=cmake/aarch64.cmake -DTRIREME_SYSROOT=FOLDER ...
# TRIREME_SYSROOT holds the libraries beside the C and C++ ones, which come with the compiler: aarch64_sysroot.sh.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)

set(TRIREME_SYSROOT "" CACHE PATH "where aarch64_sysroot.sh put the libraries for AArch64")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES TRIREME_SYSROOT)
set(CMAKE_FIND_ROOT_PATH ${TRIREME_SYSROOT} /usr/aarch64-linux-gnu)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
# Headers that are included without a target of theirs (mpfr.h), and those that lie in Debian's folder for one architecture.
set(CMAKE_CXX_STANDARD_INCLUDE_DIRECTORIES ${TRIREME_SYSROOT}/usr/include ${TRIREME_SYSROOT}/usr/include/aarch64-linux-gnu)

find_program(TRIREME_QEMU_AARCH64 qemu-aarch64)
if(TRIREME_QEMU_AARCH64)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${TRIREME_QEMU_AARCH64} -L /usr/aarch64-linux-gnu
      -E LD_LIBRARY_PATH=${TRIREME_SYSROOT}/usr/lib/aarch64-linux-gnu)
endif()
