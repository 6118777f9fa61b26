# tests/package/package_tests.cmake -- the tests of what users get: installs, packages, the portable release
# SPDX-License-Identifier: Apache-2.0

if(NOT TRIREME_INSTALL OR TRIREME_SANITIZE OR CMAKE_CROSSCOMPILING)
  return()
endif()
foreach(kind install build_tree version portable debian subdirectory)
  if(kind STREQUAL "portable" AND NOT TARGET trireme_portable)
    continue()
  endif()
  add_test(NAME package_${kind} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/package/consumer_test.sh
           ${kind} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${CMAKE_CXX_COMPILER} ${CMAKE_GENERATOR})
  set_tests_properties(package_${kind} PROPERTIES TIMEOUT 300 SKIP_RETURN_CODE 77)
endforeach()
set_tests_properties(package_subdirectory PROPERTIES LABELS long TIMEOUT 7200)
if(TARGET trireme_portable)
  # One makes the archive, the other lets cpack see whether the build is up to date: not both at once.
  set_tests_properties(package_portable package_debian PROPERTIES RESOURCE_LOCK build_folder)
  set(portable_files $<TARGET_FILE:trireme_portable> $<TARGET_FILE:trireme_command_portable>
      $<TARGET_FILE_DIR:trireme_portable>/$<TARGET_SONAME_FILE_NAME:TBB::tbb>)
  add_test(NAME package_needed_versions COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/package/needed_versions.sh ${portable_files})
  set_tests_properties(package_needed_versions PROPERTIES SKIP_RETURN_CODE 77)
  add_test(NAME rule_library_symbols_portable COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/rules/library_symbols.sh $<TARGET_FILE:trireme_portable> ${so_name})
endif()
