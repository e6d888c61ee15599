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

CAF_END_TYPE_ID_BLOCK(waymark)
