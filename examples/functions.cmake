# The functions that examples share.

# waymark_example(NAME SOURCE...)
#
# Makes the program bin/NAME, which uses the library as any other program would; files that examples
# share are included as "examples/x.hpp".
function(waymark_example name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE waymark::waymark)
endfunction()

# waymark_example_test(NAME COMMAND...)
#
# Adds ctest example.NAME, if tests are built.
function(waymark_example_test name)
  if(WAYMARK_BUILD_TESTS)
    add_test(NAME example.${name} COMMAND ${ARGN})
    waymark_test_settings(example.${name})
  endif()
endfunction()

# waymark_example_prints(NAME FILE)
#
# Adds ctest example.NAME: the program ends well and prints what FILE holds.
function(waymark_example_prints name file)
  waymark_example_test(${name} ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${name}>
    -DEXPECTED=${CMAKE_CURRENT_SOURCE_DIR}/${file} -DACTUAL=${CMAKE_CURRENT_BINARY_DIR}/${file}
    -P ${PROJECT_SOURCE_DIR}/examples/compare_output.cmake)
endfunction()
