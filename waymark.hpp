#pragma once

/// Everything a program needs: events, projections, stores and the engine.

#include <waymark/actors/projection.hpp>
#include <waymark/actors/projector.hpp>
#include <waymark/messages/event_macros.hpp>
#include <waymark/messages/upcasters.hpp>
#include <waymark/persistence/store.hpp>
#include <waymark/supervisors/engine.hpp>
