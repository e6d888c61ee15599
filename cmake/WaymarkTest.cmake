# The function that makes a test, and the settings that tests share.
find_package(Catch2 REQUIRED) # 2.13 on Debian 12, 3.x on Debian 13; tests/catch.hpp bridges them

set(WAYMARK_CHILD_BIN_DIR ${PROJECT_BINARY_DIR}/bin CACHE PATH
    "Where tests find the programs they kill or limit; uninstrumented ones under a sanitizer")
set(WAYMARK_TEST_TIMEOUT_FACTOR 1 CACHE STRING
    "Every test's time limit is multiplied by this; the sanitizers need more time")
option(WAYMARK_TSAN_TESTS_ONLY "Build only the tests that are marked TSAN" OFF)

# One precompiled Catch2 for all tests.
add_library(waymark_test_pch OBJECT ${PROJECT_SOURCE_DIR}/tests/pch.cpp)

waymark_link_privately(waymark_test_pch)
target_link_libraries(waymark_test_pch PRIVATE Catch2::Catch2WithMain)
target_precompile_headers(waymark_test_pch PRIVATE ${PROJECT_SOURCE_DIR}/tests/catch.hpp)
waymark_cacheable_pch(waymark_test_pch)

add_library(waymark_test_state OBJECT ${PROJECT_SOURCE_DIR}/tests/state_folder.cpp)
waymark_link_privately(waymark_test_state)

# waymark_test(NAME SOURCE... [TSAN] [SERIAL] [LABELS label...] [TIMEOUT seconds])
#
# Makes the Catch2 program of the SOURCEs and registers it as ctest NAME ("sqlite.checkpoint"; the
# program is bin/test_sqlite_checkpoint). It links waymark::waymark and everything behind it, and
# may include private headers from the project's root. No main(): Catch2 brings it.
#
#   TSAN     the test means something under ThreadSanitizer: it runs in the tsan preset too
#   SERIAL   no other test runs beside it
#   LABELS   labels for `ctest -L`
#   TIMEOUT  in seconds, 300 unless given; multiplied under sanitizers
#
# A test that starts children finds them in the folder that the environment variable
# WAYMARK_CHILD_BIN_DIR names. Under asan and tsan that is the dev preset's build/dev/bin: a killed
# or memory-limited child must not be instrumented, so build the dev preset first (.ci/run does).
function(waymark_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "TSAN;SERIAL" "TIMEOUT" "SOURCES;LABELS")
  if(WAYMARK_TSAN_TESTS_ONLY AND NOT arg_TSAN)
    return()
  endif()
  string(MAKE_C_IDENTIFIER "test_${name}" target)
  add_executable(${target} ${arg_UNPARSED_ARGUMENTS} ${arg_SOURCES})
  waymark_link_privately(${target})
  target_link_libraries(${target} PRIVATE Catch2::Catch2WithMain waymark_test_state)
  target_precompile_headers(${target} REUSE_FROM waymark_test_pch)
  waymark_cacheable_pch(${target})
  add_test(NAME ${name} COMMAND ${target})
  if(arg_TSAN)
    list(APPEND arg_LABELS tsan)
  endif()
  waymark_test_settings(${name} "${arg_TIMEOUT}")
  set_tests_properties(${name} PROPERTIES LABELS "${arg_LABELS}" RUN_SERIAL ${arg_SERIAL})
endfunction()

# waymark_mount_test(NAME)
#
# Registers those cases of the waymark_test NAME that are tagged [.mount] as NAME_on_mounts. ctest
# says that it was skipped where the user may not mount a file system.
function(waymark_mount_test name)
  string(MAKE_C_IDENTIFIER "test_${name}" target)
  if(TARGET ${target})
    add_test(NAME ${name}_on_mounts COMMAND ${target} "[mount]")
    waymark_test_settings(${name}_on_mounts)
    set_tests_properties(${name}_on_mounts PROPERTIES SKIP_REGULAR_EXPRESSION "SKIPPED: ")
  endif()
endfunction()

# waymark_test_settings(NAME [SECONDS])
#
# The time limit and the environment of waymark_test() for a test that was made by add_test().
function(waymark_test_settings name)
  set(seconds "${ARGN}")
  if(NOT seconds)
    set(seconds 300)
  endif()
  math(EXPR seconds "${seconds} * ${WAYMARK_TEST_TIMEOUT_FACTOR}")
  set_tests_properties(${name} PROPERTIES TIMEOUT ${seconds}
    ENVIRONMENT
    "WAYMARK_CHILD_BIN_DIR=${WAYMARK_CHILD_BIN_DIR};XDG_STATE_HOME=${PROJECT_BINARY_DIR}/state")
endfunction()
