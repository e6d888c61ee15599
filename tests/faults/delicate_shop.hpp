#pragma once

#include "tests/testing/orders.hpp"

#include <waymark/supervisors/engine.hpp>

#include <stdexcept>
#include <string>

namespace shop {

/// Revenue whose handler can't stand orders of the day "poison". @param policy "park" or "stop".
inline waymark::projection delicate(const std::string& policy) {
  return revenue_tables()
      .on<order_placed>([](waymark::read_model& db, const order_placed& e) {
        if (e.day == "poison")
          throw std::runtime_error{"can't stand poison"};
        db.execute(add_to_day, e.day, e.cents);
      })
      .on_give_up(policy == "stop" ? waymark::give_up::stop : waymark::give_up::park_key)
      .retry({.attempts = 1});
}

} // namespace shop
