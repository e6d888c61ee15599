# Finds libpqxx, whose packages on Debian 12 have no CMake files.
#
# Defines Libpqxx_FOUND, Libpqxx_VERSION and the imported target Libpqxx::pqxx.
find_path(Libpqxx_INCLUDE_DIR pqxx/pqxx)
find_library(Libpqxx_LIBRARY pqxx)
mark_as_advanced(Libpqxx_INCLUDE_DIR Libpqxx_LIBRARY)

foreach(_pqxx_header IN ITEMS version.hxx version)
  if(NOT Libpqxx_VERSION AND EXISTS "${Libpqxx_INCLUDE_DIR}/pqxx/${_pqxx_header}")
    file(STRINGS "${Libpqxx_INCLUDE_DIR}/pqxx/${_pqxx_header}" _pqxx_line
      REGEX "PQXX_VERSION \"[0-9.]+\"")
    string(REGEX REPLACE ".*PQXX_VERSION \"([0-9.]+)\".*" "\\1" Libpqxx_VERSION "${_pqxx_line}")
  endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libpqxx
  REQUIRED_VARS Libpqxx_LIBRARY Libpqxx_INCLUDE_DIR
  VERSION_VAR Libpqxx_VERSION)

if(Libpqxx_FOUND AND NOT TARGET Libpqxx::pqxx)
  find_package(PostgreSQL REQUIRED)
  add_library(Libpqxx::pqxx UNKNOWN IMPORTED)
  set_target_properties(Libpqxx::pqxx PROPERTIES
    IMPORTED_LOCATION "${Libpqxx_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${Libpqxx_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES PostgreSQL::PostgreSQL)
endif()
