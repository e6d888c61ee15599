# cmake -DPROGRAM=… -DFOLDER=… -P run_twice.cmake
#
# Runs the program twice in an empty folder: the second run goes on with what the first one stored.
file(REMOVE_RECURSE "${FOLDER}")
file(MAKE_DIRECTORY "${FOLDER}")
foreach(cents IN ITEMS 1250 2500)
  execute_process(COMMAND ${PROGRAM} WORKING_DIRECTORY ${FOLDER}
    OUTPUT_VARIABLE printed RESULT_VARIABLE result)
  message("${printed}")
  if(NOT result EQUAL 0 OR NOT printed STREQUAL "revenue so far: ${cents} cents\n")
    message(FATAL_ERROR "expected ${cents} cents; the program ended with ${result}")
  endif()
endforeach()
