# cmake/debian.cmake -- cpack -G DEB: libtrireme0.1, libtrireme-dev and trireme-tools from the ordinary install
# SPDX-License-Identifier: Apache-2.0
#
# Dependencies come from dpkg-shlibdeps; so packages are for the release of Debian or Ubuntu that they are built on.
set(TRIREME_MAINTAINER "The Trireme maintainers <maintainers@trireme.invalid>" CACHE STRING "Maintainer of the packages")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME trireme)
set(CPACK_PACKAGE_CONTACT "${TRIREME_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development tools)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)

set(so_version ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(runtime_package libtrireme${so_version})
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(of_this_version "${runtime_package} (= ${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE})")

# cpack would put the project's summary before every package's own.
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")
set(about "Array expressions are lazy, fused, and computed on NVIDIA GPUs (CUDA), on any
OpenCL device, and on the processor with SIMD and threads, with the same bits
on each. Drivers are found when a program runs; none is needed.
")

set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_CONTROL_EXTRA ${PROJECT_SOURCE_DIR}/cmake/debian/triggers)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SUGGESTS "ocl-icd-libopencl1, pocl-opencl-icd")
set(CPACK_DEBIAN_RUNTIME_DESCRIPTION "numeric arrays with the same bits on CUDA, OpenCL and CPU\n${about}\nThis package holds the shared library.")

set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libtrireme-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "${of_this_version}")
set(CPACK_DEBIAN_DEVELOPMENT_DESCRIPTION "numeric arrays with the same bits - development files\n${about}\nThis package holds the C++20 headers and the files for CMake and pkg-config.")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME trireme-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION math)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_TOOLS_PACKAGE_DEPENDS "${of_this_version}")
set(CPACK_DEBIAN_TOOLS_DESCRIPTION "numeric arrays with the same bits - the trireme command\n${about}\nThis package holds the command, which lists devices, compares their bits and\ncomputes expressions over .npy files.")

# Runs on each component's tree before it becomes a package.
set(CPACK_PRE_BUILD_SCRIPTS ${PROJECT_SOURCE_DIR}/cmake/debian/finish.cmake)
set(CPACK_TRIREME_LICENCE_FILE ${PROJECT_SOURCE_DIR}/cmake/debian/copyright)
set(CPACK_TRIREME_CHANGELOG_FILE ${PROJECT_BINARY_DIR}/package/changelog)
set(CPACK_TRIREME_PACKAGES "runtime=${runtime_package};development=libtrireme-dev;tools=trireme-tools")
configure_file(${PROJECT_SOURCE_DIR}/cmake/debian/changelog.in ${CPACK_TRIREME_CHANGELOG_FILE} @ONLY)
include(CPack)
