# cmake/debian/finish.cmake -- run by cpack on the staged trees: what a Debian package has and an install has not
# SPDX-License-Identifier: Apache-2.0

foreach(pair IN LISTS CPACK_TRIREME_PACKAGES)
  string(REGEX MATCH "^([^=]+)=(.*)$" pair "${pair}")
  set(tree ${CPACK_TEMPORARY_DIRECTORY}/${CMAKE_MATCH_1}/usr)
  set(documents ${tree}/share/doc/${CMAKE_MATCH_2})
  if(NOT EXISTS ${tree})
    message(FATAL_ERROR "finish.cmake: expected the staged tree ${tree}, which is not there")
  endif()
  file(MAKE_DIRECTORY ${documents})
  file(COPY_FILE ${CPACK_TRIREME_LICENCE_FILE} ${documents}/copyright)
  file(COPY_FILE ${CPACK_TRIREME_CHANGELOG_FILE} ${documents}/changelog.Debian)
  execute_process(COMMAND gzip -9nf ${documents}/changelog.Debian COMMAND_ERROR_IS_FATAL ANY)
  # The loader knows the folder of the package's library.
  if(EXISTS ${tree}/bin/trireme)
    file(RPATH_REMOVE FILE ${tree}/bin/trireme)
  endif()
endforeach()
