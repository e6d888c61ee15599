# The library target, and the functions with which each folder adds its files to it.
add_library(waymark)
add_library(waymark::waymark ALIAS waymark)
target_compile_features(waymark PUBLIC cxx_std_20)
set_target_properties(waymark PROPERTIES
  CXX_EXTENSIONS OFF
  CXX_SCAN_FOR_MODULES OFF
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# What the .cpp files need and no public header shows. Boost is headers only, so it is of no
# interest to who links the installed library.
set(WAYMARK_PRIVATE_LIBRARIES
  CAF::core
  SQLiteCpp
  SQLite::SQLite3
  spdlog::spdlog
  Libpqxx::pqxx
  PostgreSQL::PostgreSQL
  $<BUILD_INTERFACE:Boost::headers>)
target_link_libraries(waymark
  PUBLIC Threads::Threads nlohmann_json::nlohmann_json
  PRIVATE ${WAYMARK_PRIVATE_LIBRARIES})
target_include_directories(waymark
  PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

# waymark_public_headers(HEADER...)
#
# <waymark/actors/projection.hpp> is actors/projection.hpp, in the tree and installed. Call it in
# the folder of the headers; each of them is also compiled alone by a test.
function(waymark_public_headers)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(header IN LISTS ARGN)
    cmake_path(APPEND folder ${header} OUTPUT_VARIABLE path)
    set(forward "#include \"${CMAKE_CURRENT_SOURCE_DIR}/${header}\" // IWYU pragma: export\n")
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/include/waymark/${path} CONTENT "${forward}" @ONLY)
    if(WAYMARK_INSTALL)
      cmake_path(GET path PARENT_PATH parent)
      install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/waymark/${parent}
              COMPONENT development)
    endif()
    set_property(TARGET waymark APPEND PROPERTY WAYMARK_PUBLIC_HEADERS ${path})
  endforeach()
endfunction()

# waymark_caf_sources(FILE...)
#
# Adds the .cpp files that include CAF. They share one precompiled header, because CAF's headers
# take seconds per file; so they stand in an object library of their own, whose objects are part of
# waymark.
# All other sources are added by `target_sources(waymark PRIVATE FILE...)`.
function(waymark_caf_sources)
  if(NOT TARGET waymark_caf)
    add_library(waymark_caf OBJECT)
    set_target_properties(waymark_caf PROPERTIES
      CXX_EXTENSIONS OFF
      CXX_SCAN_FOR_MODULES OFF)
    if(BUILD_SHARED_LIBS) # else as the user says by CMAKE_POSITION_INDEPENDENT_CODE
      set_target_properties(waymark_caf PROPERTIES POSITION_INDEPENDENT_CODE ON)
    endif()
    target_compile_features(waymark_caf PRIVATE cxx_std_20)
    target_include_directories(waymark_caf PRIVATE $<TARGET_PROPERTY:waymark,INCLUDE_DIRECTORIES>)
    target_compile_definitions(waymark_caf PRIVATE $<TARGET_PROPERTY:waymark,COMPILE_DEFINITIONS>)
    target_link_libraries(waymark_caf PRIVATE
      Threads::Threads nlohmann_json::nlohmann_json ${WAYMARK_PRIVATE_LIBRARIES})
    target_precompile_headers(waymark_caf PRIVATE
      ${PROJECT_SOURCE_DIR}/actors/caf.hpp
      <caf/response_promise.hpp>
      <caf/scoped_actor.hpp>
      <chrono> <functional> <map> <memory> <optional> <string> <variant> <vector>
      <nlohmann/json.hpp>)
    waymark_cacheable_pch(waymark_caf)
    target_sources(waymark PRIVATE $<TARGET_OBJECTS:waymark_caf>)
    if(TARGET waymark_generated)
      add_dependencies(waymark_caf waymark_generated)
    endif()
  endif()
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    target_sources(waymark_caf PRIVATE ${file})
  endforeach()
endfunction()

# waymark_cacheable_pch(TARGET)
#
# The flags without which ccache can't keep objects that use a precompiled header.
function(waymark_cacheable_pch target)
  target_compile_options(${target} PRIVATE
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endfunction()

# waymark_embed_sql(TARGET NAMESPACE FOLDER FILE...)
#
# Embeds numbered SQL files (`001_events.sql`, `002_letters.sql` ...; from 1, without holes) into
# the header "FOLDER/schema.hpp", which the sources of TARGET can include. It has, in NAMESPACE:
#
#   struct numbered_sql { int number; std::string_view name; std::string_view sql; };
#   inline constexpr std::array<numbered_sql, N> schema{...};   // sorted by number
#
# `name` is the file's name without number and extension ("events"). Editing a file rebuilds.
function(waymark_embed_sql target namespace folder)
  set(header ${PROJECT_BINARY_DIR}/generated/${folder}/schema.hpp)
  set(files)
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
    list(APPEND files ${file})
  endforeach()
  string(JOIN "|" joined ${files})
  add_custom_command(OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} "-DHEADER=${header}" "-DNAMESPACE=${namespace}" "-DFILES=${joined}"
            -P ${PROJECT_SOURCE_DIR}/cmake/embed_sql.cmake
    DEPENDS ${files} ${PROJECT_SOURCE_DIR}/cmake/embed_sql.cmake
    COMMENT "Embedding the SQL of ${folder}"
    VERBATIM)
  string(MAKE_C_IDENTIFIER "waymark_sql_${folder}" name)
  add_custom_target(${name} DEPENDS ${header})
  if(NOT TARGET waymark_generated)
    add_custom_target(waymark_generated)
    if(TARGET waymark_caf)
      add_dependencies(waymark_caf waymark_generated)
    endif()
  endif()
  add_dependencies(waymark_generated ${name})
  add_dependencies(${target} ${name})
endfunction()

# waymark_link_privately(TARGET)
#
# Gives a test, or a program of ours, what users do not have: the private headers
# ("persistence/sqlite/x.hpp"), the embedded SQL, and the libraries that a public header never
# shows.
function(waymark_link_privately target)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${target} PRIVATE
    ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)
  target_link_libraries(${target} PRIVATE waymark::waymark ${WAYMARK_PRIVATE_LIBRARIES})
endfunction()
