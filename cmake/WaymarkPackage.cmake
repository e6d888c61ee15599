# Installing, find_package(waymark), pkg-config, and the Debian package.
if(NOT WAYMARK_INSTALL)
  return()
endif()
include(CMakePackageConfigHelpers)
set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/waymark)

install(TARGETS waymark EXPORT waymark-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
# `cmake --install --strip` leaves static libraries as they are, whose debug information is most of
# them.
function(waymark_strip_archive target)
  get_target_property(type ${target} TYPE)
  set(file ${CMAKE_INSTALL_LIBDIR}/$<TARGET_FILE_NAME:${target}>)
  if(type STREQUAL STATIC_LIBRARY AND CMAKE_STRIP)
    install(CODE "
      if(CMAKE_INSTALL_DO_STRIP)
        execute_process(COMMAND \"${CMAKE_STRIP}\" --strip-debug
          \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${file}\")
      endif()" COMPONENT development)
  endif()
endfunction()
waymark_strip_archive(waymark)
install(EXPORT waymark-targets NAMESPACE waymark:: DESTINATION ${config_dir}
  COMPONENT development)
configure_package_config_file(
  cmake/waymark-config.cmake.in ${PROJECT_BINARY_DIR}/waymark-config.cmake
  INSTALL_DESTINATION ${config_dir})
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/waymark-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
    ${PROJECT_BINARY_DIR}/waymark-config.cmake
    ${PROJECT_BINARY_DIR}/waymark-config-version.cmake
    cmake/FindCAF.cmake
    cmake/FindLibpqxx.cmake
  DESTINATION ${config_dir} COMPONENT development)

# waymark::node is asked for as a component, so that users of the library alone need nothing of it.
if(TARGET waymark_node)
  install(TARGETS waymark_node EXPORT waymark-node-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime NAMELINK_COMPONENT development)
  waymark_strip_archive(waymark_node)
  install(EXPORT waymark-node-targets NAMESPACE waymark:: DESTINATION ${config_dir}
    COMPONENT development)
  install(FILES cmake/FindHttplib.cmake DESTINATION ${config_dir} COMPONENT development)
endif()

# A program that links the static library links what is behind it too.
set(requires "libpqxx libpq spdlog sqlite3")
set(libraries "-lSQLiteCpp -lcaf_core")
if(BUILD_SHARED_LIBS)
  string(JOIN "\n" pc_links
    "Requires: nlohmann_json" "Requires.private: ${requires}"
    "Libs: -L\${libdir} -lwaymark -pthread" "Libs.private: ${libraries}")
else()
  string(JOIN "\n" pc_links
    "Requires: nlohmann_json ${requires}"
    "Libs: -L\${libdir} -lwaymark ${libraries} -pthread")
endif()
string(REGEX REPLACE "[^/]+" ".." pc_to_prefix "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
configure_file(cmake/waymark.pc.in waymark.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/waymark.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
  COMPONENT development)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/libwaymark-dev RENAME copyright
  COMPONENT development)

if(NOT PROJECT_IS_TOP_LEVEL)
  return()
endif()

# `cpack -G DEB` in a build folder makes libwaymark-dev, waymark (the program), and libwaymark0.1 if
# the library is shared.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME waymark)
set(CPACK_PACKAGE_VENDOR "waymark maintainers")
set(CPACK_PACKAGE_CONTACT "waymark maintainers <maintainers@waymark.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE gzip)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL development)

set(dependencies libcaf-dev libpq-dev libpqxx-dev libsqlite3-dev libsqlitecpp-dev libspdlog-dev)
if(TARGET waymark_node)
  list(APPEND dependencies libcpp-httplib-dev pkgconf)
  list(APPEND CPACK_COMPONENTS_ALL program)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_NAME waymark)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SECTION database)
  set(CPACK_DEBIAN_PROGRAM_PACKAGE_SHLIBDEPS ON)
  set(CPACK_COMPONENT_PROGRAM_DESCRIPTION
"Runs durable projections of an event log into tables from a configuration
file, under supervision, and appends, watches and repairs from the command line.")
endif()
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME libwaymark-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
"Events are appended to an event store; each projection is a supervised actor
that turns events into a read model and keeps its checkpoint in step with it,
through crashes, poison events and rebuilds.
.
This package has the headers, the library and its CMake and pkg-config files.")
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL runtime)
  set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME
    libwaymark${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}) # as the SOVERSION
  set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION libs)
  set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
  set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
"The shared library that programs built with libwaymark-dev need.")
  set(dependencies "${CPACK_DEBIAN_RUNTIME_PACKAGE_NAME} (= ${PROJECT_VERSION})")
endif()
list(PREPEND dependencies nlohmann-json3-dev)
list(JOIN dependencies ", " CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS)
include(CPack)
