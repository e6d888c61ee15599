// What every event store promises (guarantee G1), as test cases for Catch2 version 2 or 3. Include
// Catch2 before this header, then name the store and say how to make an empty one:
//
//   WAYMARK_EVENT_STORE_CONTRACT("my store", [](const waymark::clock& clk) { return make(clk); })
#pragma once

#include "event_store_append_contract.hpp"
#include "event_store_read_contract.hpp"

#define WAYMARK_EVENT_STORE_CONTRACT(NAME, ...)                                                    \
  TEST_CASE(NAME ": keeps what was appended", "[contract]") {                                      \
    waymark::contract::keeps_what_was_appended(__VA_ARGS__);                                       \
  }                                                                                                \
  TEST_CASE(NAME ": dates never go back", "[contract]") {                                          \
    waymark::contract::dates_never_go_back(__VA_ARGS__);                                           \
  }                                                                                                \
  TEST_CASE(NAME ": checks expected versions", "[contract]") {                                     \
    waymark::contract::expected_versions(__VA_ARGS__);                                             \
  }                                                                                                \
  TEST_CASE(NAME ": tells streams apart", "[contract]") {                                          \
    waymark::contract::streams_are_told_apart(__VA_ARGS__);                                        \
  }                                                                                                \
  TEST_CASE(NAME ": reads streams", "[contract]") {                                                \
    waymark::contract::reads_streams(__VA_ARGS__);                                                 \
  }                                                                                                \
  TEST_CASE(NAME ": known ids give the first answer again", "[contract]") {                        \
    waymark::contract::known_ids_answer_again(__VA_ARGS__);                                        \
  }                                                                                                \
  TEST_CASE(NAME ": groups leave neighbours alone", "[contract]") {                                \
    waymark::contract::groups_leave_neighbours_alone(__VA_ARGS__);                                 \
  }                                                                                                \
  TEST_CASE(NAME ": refuses what can't be stored", "[contract]") {                                 \
    waymark::contract::refuses_what_cannot_be_stored(__VA_ARGS__);                                 \
  }                                                                                                \
  TEST_CASE(NAME ": pages are bounded", "[contract]") {                                            \
    waymark::contract::pages_are_bounded(__VA_ARGS__);                                             \
  }                                                                                                \
  TEST_CASE(NAME ": filters come before limits", "[contract]") {                                   \
    waymark::contract::filters_come_before_limits(__VA_ARGS__);                                    \
  }                                                                                                \
  TEST_CASE(NAME ": waits for appends", "[contract]") {                                            \
    waymark::contract::waits_for_appends(__VA_ARGS__);                                             \
  }                                                                                                \
  TEST_CASE(NAME ": stays dense under load", "[contract]") {                                       \
    waymark::contract::stays_dense_under_load(__VA_ARGS__);                                        \
  }
