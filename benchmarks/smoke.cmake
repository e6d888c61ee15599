# Measures every row on a small scale and looks at the JSON.
# Given: PROGRAM, and a FOLDER to write to.
set(json ${FOLDER}/smoke.json)
file(REMOVE ${json})
execute_process(COMMAND ${PROGRAM} --events 2000 --runs 1 --json ${json}
  OUTPUT_VARIABLE table RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "${PROGRAM} failed: ${failed}\n${table}")
endif()
message("${table}")

set(expected
  "catch-up SQLite"
  "catch-up SQLite, 4 projections"
  "catch-up memory, typed"
  "catch-up memory, JSON"
  "append SQLite, 64 producers"
  "append SQLite, batches of 100"
  "live, ack to visible, p99"
  "memory above idle, catching up"
  "idle engine, 50 projections"
  "start at the head of a long log"
  "catch-up SQLite, 1 parked key, of none"
  "catch-up SQLite, 100,000 parked keys, of none"
  "look-up of a key among 100,000 parked"
  "memory of 100,000 parked keys"
  "catch-up SQLite, watched, of unwatched"
  "catch-up SQLite, event by event after a crash"
  "append PostgreSQL, 1 writer"
  "append PostgreSQL, 64 producers, of 16 connections"
  "append PostgreSQL, 64 producers, of the same groups"
  "append PostgreSQL, batches of 100"
  "append PostgreSQL, batches of 100, of a bare INSERT"
  "catch-up PostgreSQL, .on"
  "catch-up PostgreSQL, .on_batch"
  "read PostgreSQL, no handler"
  "live PostgreSQL, ack to visible, p99"
  "live PostgreSQL, from another process, p99"
  "200 projections on 8 connections, p99"
  "200 projections, CPU"
  "waymark append, JSON Lines to SQLite"
  "SQL projection, of a handler in C++"
  "start of a node, 1,000 projections"
  "status at full speed, p99")
file(READ ${json} rows)
string(JSON count LENGTH "${rows}")
list(LENGTH expected wanted)
if(NOT count EQUAL wanted)
  message(FATAL_ERROR "${count} rows instead of ${wanted}")
endif()
set(i 0)
foreach(name IN LISTS expected)
  string(JSON found GET "${rows}" ${i} name)
  if(NOT found STREQUAL name)
    message(FATAL_ERROR "row ${i} is \"${found}\", not \"${name}\"")
  endif()
  foreach(member IN ITEMS value unit floor ratio spread target met)
    string(JSON type ERROR_VARIABLE missing TYPE "${rows}" ${i} ${member})
    if(missing)
      message(FATAL_ERROR "\"${name}\" has no member ${member}: ${missing}")
    endif()
  endforeach()
  math(EXPR i "${i} + 1")
endforeach()
