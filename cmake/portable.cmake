# cmake/portable.cmake -- the portable release: one library for many distributions, from the same objects
# SPDX-License-Identifier: Apache-2.0
#
# The standard library is linked into it, oneTBB lies beside it and is found by $ORIGIN. What remains is the C library,
# from 2.34 on (tests/package/needed_versions.sh), and libgcc_s, whose interface is as old as C++ on Linux: exceptions
# cross from the library to its user, and GCC's unwinder aborts where one copy of it works on another copy's frames.
# The target `portable` makes an archive.
option(TRIREME_PORTABLE "Build the portable release beside the ordinary library; tests do in any case" OFF)
if(TRIREME_SANITIZE OR NOT (TRIREME_PORTABLE OR (TRIREME_TESTS AND NOT CMAKE_CROSSCOMPILING)))
  return()
endif()
if(NOT CMAKE_SYSTEM_NAME STREQUAL "Linux" OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  message(STATUS "trireme: the portable release needs Linux and GCC, so it is left out")
  return()
endif()

set(portable_folder ${PROJECT_BINARY_DIR}/portable)
add_library(trireme_portable_runtime OBJECT ${PROJECT_SOURCE_DIR}/cmake/portable/runtime.cpp)
target_link_libraries(trireme_portable_runtime PRIVATE trireme_flags)

# Sections that nothing uses go, and with them what they would ask of a newer C library (std::random_device, arc4random).
function(trireme_make_portable target)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:trireme_portable_runtime>)
  target_link_options(${target} PRIVATE -static-libstdc++ -shared-libgcc -Wl,--gc-sections -Wl,--exclude-libs,ALL)
  set_target_properties(${target} PROPERTIES OUTPUT_NAME trireme LINKER_LANGUAGE CXX
                        LIBRARY_OUTPUT_DIRECTORY ${portable_folder}/lib RUNTIME_OUTPUT_DIRECTORY ${portable_folder}/bin)
endfunction()

add_library(trireme_portable SHARED $<TARGET_OBJECTS:trireme_objects>)
foreach(level IN LISTS TRIREME_LEVELS)
  target_sources(trireme_portable PRIVATE $<TARGET_OBJECTS:trireme_level_${level}>)
endforeach()
trireme_library_properties(trireme_portable)
trireme_make_portable(trireme_portable)
set_target_properties(trireme_portable PROPERTIES EXPORT_NAME trireme BUILD_RPATH "\$ORIGIN" INSTALL_RPATH "\$ORIGIN")

# By the name that the library asks for, and with it its licence.
set(bundled_tbb ${portable_folder}/lib/$<TARGET_SONAME_FILE_NAME:TBB::tbb>)
add_custom_command(TARGET trireme_portable POST_BUILD
                   COMMAND ${CMAKE_COMMAND} -E copy $<TARGET_FILE:TBB::tbb> ${bundled_tbb})
find_file(TRIREME_TBB_LICENCE NAMES copyright LICENSE.txt LICENSE
          PATHS /usr/share/doc/libtbb12 /usr/share/licenses/tbb /usr/share/licenses/onetbb NO_DEFAULT_PATH)

add_executable(trireme_command_portable $<TARGET_OBJECTS:trireme_command> $<TARGET_OBJECTS:trireme_expression>)
trireme_make_portable(trireme_command_portable)
target_link_libraries(trireme_command_portable PRIVATE trireme_portable ${CMAKE_DL_LIBS})
# Else whatever oneTBB's libstdc++.so defines too is kept, and given to it instead of its own.
target_link_options(trireme_command_portable PRIVATE -Wl,--allow-shlib-undefined)
set_target_properties(trireme_command_portable PROPERTIES INSTALL_RPATH "\$ORIGIN/../lib")

# The component: everything, below one folder.
trireme_package_files(portable lib)
trireme_install_development(portable portable lib EXCLUDE_FROM_ALL)
install(TARGETS trireme_portable trireme_command_portable EXPORT trireme_portable
        LIBRARY DESTINATION lib COMPONENT portable EXCLUDE_FROM_ALL
        RUNTIME DESTINATION bin COMPONENT portable EXCLUDE_FROM_ALL)
install(EXPORT trireme_portable NAMESPACE trireme:: FILE trireme_targets_portable.cmake
        DESTINATION lib/cmake/trireme COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${bundled_tbb} DESTINATION lib COMPONENT portable EXCLUDE_FROM_ALL)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/docs/install.md
        DESTINATION share/doc/trireme COMPONENT portable EXCLUDE_FROM_ALL)
if(TRIREME_TBB_LICENCE)
  install(FILES ${TRIREME_TBB_LICENCE} DESTINATION share/doc/trireme RENAME LICENSE.oneTBB COMPONENT portable EXCLUDE_FROM_ALL)
endif()

set(portable_name trireme-${PROJECT_VERSION}-linux-${CMAKE_SYSTEM_PROCESSOR})
add_custom_target(portable
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${portable_folder}/${portable_name}
  COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --component portable --strip --prefix ${portable_folder}/${portable_name}
  COMMAND ${CMAKE_COMMAND} -E chdir ${portable_folder} ${CMAKE_COMMAND} -E tar czf ${PROJECT_BINARY_DIR}/${portable_name}.tar.gz ${portable_name}
  COMMENT "${portable_name}.tar.gz" VERBATIM)
add_dependencies(portable trireme_portable trireme_command_portable)
