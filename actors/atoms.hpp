#pragma once

#include "actors/caf.hpp"

// The project's one block of message words. One line per word, sorted within its actor; on CAF
// 0.17 the text has at most 10 characters. Actors talk within a process only, so payload types are
// no part of the block: allow each with CAF_ALLOW_UNSAFE_MESSAGE_TYPE beside its definition.

CAF_BEGIN_TYPE_ID_BLOCK(waymark, caf::first_custom_type_id)

// supervisor
CAF_ADD_ATOM(waymark, waymark, add_child_atom, "addChild")
CAF_ADD_ATOM(waymark, waymark, child_atom, "child")
CAF_ADD_ATOM(waymark, waymark, remove_child_atom, "rmChild")
CAF_ADD_ATOM(waymark, waymark, restart_child_atom, "restart")
CAF_ADD_ATOM(waymark, waymark, snapshot_atom, "snapshot")
CAF_ADD_ATOM(waymark, waymark, stop_child_atom, "stopChild")
CAF_ADD_ATOM(waymark, waymark, tick_atom, "tick")

// sessions and renewals
CAF_ADD_ATOM(waymark, waymark, free_atom, "free")
CAF_ADD_ATOM(waymark, waymark, ran_atom, "ran")
CAF_ADD_ATOM(waymark, waymark, ready_atom, "ready")
CAF_ADD_ATOM(waymark, waymark, renew_atom, "renew")
CAF_ADD_ATOM(waymark, waymark, work_atom, "work")

// event log and coordinator
CAF_ADD_ATOM(waymark, waymark, decode_atom, "decode")
CAF_ADD_ATOM(waymark, waymark, fetch_atom, "fetch")
CAF_ADD_ATOM(waymark, waymark, head_atom, "head")
CAF_ADD_ATOM(waymark, waymark, lost_atom, "lost")
CAF_ADD_ATOM(waymark, waymark, poke_atom, "poke")
CAF_ADD_ATOM(waymark, waymark, read_atom, "read")
CAF_ADD_ATOM(waymark, waymark, unsubscribe_atom, "unsubscr")

// append
CAF_ADD_ATOM(waymark, waymark, drain_atom, "drain")

// checkpoint and dead letters
CAF_ADD_ATOM(waymark, waymark, flush_atom, "flush")
CAF_ADD_ATOM(waymark, waymark, letter_atom, "letter")
CAF_ADD_ATOM(waymark, waymark, save_atom, "save")

// projection
CAF_ADD_ATOM(waymark, waymark, command_atom, "command")
CAF_ADD_ATOM(waymark, waymark, fenced_atom, "fenced")
CAF_ADD_ATOM(waymark, waymark, later_atom, "later")
CAF_ADD_ATOM(waymark, waymark, letters_due_atom, "lettersdue")
CAF_ADD_ATOM(waymark, waymark, overdue_atom, "overdue")
CAF_ADD_ATOM(waymark, waymark, saved_atom, "saved")
CAF_ADD_ATOM(waymark, waymark, timer_atom, "timer")
CAF_ADD_ATOM(waymark, waymark, unsaved_atom, "unsaved")

CAF_END_TYPE_ID_BLOCK(waymark)
