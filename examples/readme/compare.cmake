# cmake -DREADME=… -DPROGRAM=… -P compare.cmake
#
# README.md shows the program as the block of C++ that follows the line
#   <!-- examples/readme/main.cpp -->
# and this fails unless it is the file's text.
if(NOT EXISTS "${README}")
  message(FATAL_ERROR "there is no ${README} to compare with examples/readme/main.cpp")
endif()
file(READ "${README}" readme)
file(READ "${PROGRAM}" program)
set(opening "<!-- examples/readme/main.cpp -->\n```cpp\n")
string(FIND "${readme}" "${opening}" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "README.md does not show the program: it needs the line "
    "'<!-- examples/readme/main.cpp -->', and the file's text between ```cpp and ``` after it")
endif()
string(FIND "${readme}" "${opening}${program}```\n" same)
if(NOT same EQUAL begin)
  message(FATAL_ERROR "README.md shows another program than examples/readme/main.cpp: "
    "copy the file's text into the block after '<!-- examples/readme/main.cpp -->'")
endif()
message("README.md shows examples/readme/main.cpp")
