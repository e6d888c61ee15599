# Finds cpp-httplib with the flags that its library was built with.
#
# Defines Httplib_FOUND, Httplib_VERSION and the imported target Httplib::httplib. The flags decide
# the layout of its classes: a program that is compiled without them aborts when it opens a socket.
# With them its header calls OpenSSL by itself, so a program links that too.
find_package(PkgConfig QUIET)
if(PkgConfig_FOUND)
  pkg_check_modules(Httplib_PC QUIET IMPORTED_TARGET GLOBAL cpp-httplib)
  pkg_check_modules(Httplib_OPENSSL QUIET IMPORTED_TARGET GLOBAL openssl)
  set(Httplib_VERSION ${Httplib_PC_VERSION})
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Httplib
  REQUIRED_VARS Httplib_PC_LIBRARIES Httplib_OPENSSL_LIBRARIES
  VERSION_VAR Httplib_VERSION)

if(Httplib_FOUND AND NOT TARGET Httplib::httplib)
  add_library(Httplib::httplib INTERFACE IMPORTED)
  set_target_properties(Httplib::httplib PROPERTIES
    INTERFACE_LINK_LIBRARIES "PkgConfig::Httplib_PC;PkgConfig::Httplib_OPENSSL")
endif()
