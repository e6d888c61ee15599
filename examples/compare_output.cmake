# cmake -DPROGRAM=… -DEXPECTED=FILE -DACTUAL=FILE -P compare_output.cmake
#
# Runs PROGRAM, keeps what it prints in ACTUAL, and fails unless that is the text of EXPECTED.
execute_process(COMMAND ${PROGRAM} OUTPUT_FILE ${ACTUAL} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} ended with ${result}; what it printed is in ${ACTUAL}")
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E compare_files ${EXPECTED} ${ACTUAL}
  RESULT_VARIABLE differs OUTPUT_QUIET ERROR_QUIET)
if(differs)
  execute_process(COMMAND diff -u ${EXPECTED} ${ACTUAL})
  message(FATAL_ERROR "${PROGRAM} prints something else than ${EXPECTED}; if that is meant, copy "
    "${ACTUAL} there")
endif()
