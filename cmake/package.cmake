# cmake/package.cmake -- what is installed: library, headers, command, files for CMake and pkg-config
# SPDX-License-Identifier: Apache-2.0
#
# docs/install.md is the page for users. Components: runtime (what programs need), development, tools (the command); and
# portable, which is all of them once more around the portable library.
include(CMakePackageConfigHelpers)

# Debian keeps libraries in a folder per architecture, also below /usr/local; CMake knows that of /usr only. One layout
# for every prefix lets one build serve `cmake --install` and the packages.
if(CMAKE_LIBRARY_ARCHITECTURE AND EXISTS /etc/debian_version AND NOT DEFINED CMAKE_INSTALL_LIBDIR)
  set(CMAKE_INSTALL_LIBDIR lib/${CMAKE_LIBRARY_ARCHITECTURE} CACHE PATH "Where libraries are installed, below the prefix")
endif()
include(GNUInstallDirs)

# trireme_package_files(NAME LIBDIR): the CMake and pkg-config files for a library in LIBDIR, as
# ${PROJECT_BINARY_DIR}/package/NAME/*. Nothing in them is absolute: an installed tree may be moved.
function(trireme_package_files name libdir)
  set(folder ${PROJECT_BINARY_DIR}/package/${name})
  set(targets_file trireme_targets_${name}.cmake)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/trireme-config.cmake.in ${folder}/trireme-config.cmake
                                INSTALL_DESTINATION ${libdir}/cmake/trireme NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(${folder}/trireme-config-version.cmake COMPATIBILITY SameMinorVersion)
  file(RELATIVE_PATH up /prefix/${libdir}/pkgconfig /prefix)
  string(REGEX REPLACE "/$" "" up "${up}")
  set(pc_prefix "\${pcfiledir}/${up}")
  set(pc_libdir "\${prefix}/${libdir}")
  set(pc_includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
  configure_file(${PROJECT_SOURCE_DIR}/cmake/trireme.pc.in ${folder}/trireme.pc @ONLY)
endfunction()

# trireme_install_development(COMPONENT NAME LIBDIR ...): headers and package files; further words go to install().
function(trireme_install_development component name libdir)
  set(folder ${PROJECT_BINARY_DIR}/package/${name})
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/trireme DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
          COMPONENT ${component} ${ARGN} FILES_MATCHING PATTERN "*.hpp" PATTERN "*.def")
  install(FILES ${folder}/trireme-config.cmake ${folder}/trireme-config-version.cmake
          DESTINATION ${libdir}/cmake/trireme COMPONENT ${component} ${ARGN})
  install(FILES ${folder}/trireme.pc DESTINATION ${libdir}/pkgconfig COMPONENT ${component} ${ARGN})
endfunction()

# The ordinary install.
set(libdir ${CMAKE_INSTALL_LIBDIR})
trireme_package_files(shared ${libdir})
install(TARGETS trireme EXPORT trireme_shared
        LIBRARY DESTINATION ${libdir} COMPONENT runtime NAMELINK_COMPONENT development)
trireme_install_development(development shared ${libdir})
install(EXPORT trireme_shared NAMESPACE trireme:: FILE trireme_targets_shared.cmake
        DESTINATION ${libdir}/cmake/trireme COMPONENT development)
if(TARGET trireme_command)
  file(RELATIVE_PATH bin_to_lib /prefix/${CMAKE_INSTALL_BINDIR} /prefix/${libdir})
  set_target_properties(trireme_command PROPERTIES INSTALL_RPATH "\$ORIGIN/${bin_to_lib}")
  install(TARGETS trireme_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT tools)
endif()

# The build tree: trireme_DIR, or PKG_CONFIG_PATH, is the build folder.
export(EXPORT trireme_shared NAMESPACE trireme:: FILE ${PROJECT_BINARY_DIR}/trireme_targets_shared.cmake)
foreach(file trireme-config.cmake trireme-config-version.cmake)
  configure_file(${PROJECT_BINARY_DIR}/package/shared/${file} ${PROJECT_BINARY_DIR}/${file} COPYONLY)
endforeach()
set(pc_prefix ${PROJECT_SOURCE_DIR})
set(pc_libdir ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
set(pc_includedir ${PROJECT_SOURCE_DIR}/include)
configure_file(${PROJECT_SOURCE_DIR}/cmake/trireme.pc.in ${PROJECT_BINARY_DIR}/trireme.pc @ONLY)

include(cmake/portable.cmake)
if(TARGET trireme_command)
  include(cmake/debian.cmake)
endif()
