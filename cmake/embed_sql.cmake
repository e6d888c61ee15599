# cmake -DHEADER=… -DNAMESPACE=… -DFILES=a.sql|b.sql -P embed_sql.cmake
#
# Writes the header that waymark_embed_sql() describes.
string(REPLACE "|" ";" files "${FILES}")
set(rows "")
set(expected 0)
foreach(file IN LISTS files)
  cmake_path(GET file STEM LAST_ONLY stem)
  if(NOT stem MATCHES "^0*([0-9]+)_(.+)$")
    message(FATAL_ERROR "${file}: an SQL file is named NUMBER_name.sql")
  endif()
  set(number ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  math(EXPR expected "${expected} + 1")
  if(NOT number EQUAL expected)
    message(FATAL_ERROR "${file}: its number should be ${expected}; list all files in order")
  endif()
  file(READ ${file} sql)
  if(sql MATCHES "\\)waymark\"")
    message(FATAL_ERROR "${file}: contains the text that ends a raw string of the header")
  endif()
  string(APPEND rows "    {${number}, \"${name}\", R\"waymark(${sql})waymark\"},\n")
endforeach()
file(WRITE ${HEADER} "#pragma once
#include <array>
#include <string_view>

namespace ${NAMESPACE} {

struct numbered_sql {
  int number;
  std::string_view name;
  std::string_view sql;
};

inline constexpr std::array<numbered_sql, ${expected}> schema{{
${rows}}};

} // namespace ${NAMESPACE}
")
