# The library target, and the functions with which each folder adds its files to it.
add_library(waymark)
add_library(waymark::waymark ALIAS waymark)
target_compile_features(waymark PUBLIC cxx_std_20)
set_target_properties(waymark PROPERTIES CXX_EXTENSIONS OFF)
target_link_libraries(waymark
  PUBLIC Threads::Threads nlohmann_json::nlohmann_json
  PRIVATE CAF::core SQLiteCpp SQLite::SQLite3 spdlog::spdlog Boost::headers)
target_include_directories(waymark
  PUBLIC $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>
         $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
  PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR}/generated)

# waymark_public_headers(HEADER...): <waymark/actors/projection.hpp> is actors/projection.hpp, in the
# tree and installed.
function(waymark_public_headers)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(header IN LISTS ARGN)
    string(JOIN "/" path ${folder} ${header})
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/include/waymark/${path}
         CONTENT "#include \"${CMAKE_CURRENT_SOURCE_DIR}/${header}\" // IWYU pragma: export\n" @ONLY)
    if(WAYMARK_INSTALL)
      cmake_path(GET path PARENT_PATH parent)
      install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/waymark/${parent}
              COMPONENT development)
    endif()
    set_property(TARGET waymark APPEND PROPERTY WAYMARK_PUBLIC_HEADERS ${path})
  endforeach()
endfunction()
