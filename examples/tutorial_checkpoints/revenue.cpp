#include "examples/temporary_folder.hpp"
#include "examples/tutorial_checkpoints/desk.hpp"
#include "examples/tutorial_checkpoints/lessons.hpp"
#include "examples/tutorial_checkpoints/orders.hpp"

#include <iostream>
#include <span>

namespace tutorial {

namespace {

struct order {
  const char* id;
  std::int64_t cents;
};
constexpr order all_orders[] = {
    {"1", 100'00}, {"2", 250'00}, {"3", 75'50}, {"4", 300'00}, {"5", 150'00}};
constexpr auto first_orders = std::span{all_orders}.first(3);
constexpr auto later_orders = std::span{all_orders}.subspan(3);

void place(desk& d, std::span<const order> orders) {
  for (const auto& [id, cents] : orders)
    d.append(id, order_placed{cents});
}

std::ostream& operator<<(std::ostream& out, const revenue& r) {
  return out << "revenue " << dollars(r.cents) << " from " << r.orders << " orders";
}

revenue new_since(desk& d, waymark::position_t position) {
  auto only_new = d.project(
      waymark::projection::in_memory<revenue>("new-orders")
          .on<order_placed>([=](revenue& r, const order_placed& e, const waymark::event& envelope) {
            if (envelope.position > position)
              r = {r.cents + e.cents, r.orders + 1};
          }));
  only_new.resume(d.log());
  return only_new.state<revenue>();
}

} // namespace

void order_revenue_in_memory() {
  heading("Exercise: order revenue that survives a restart");
  desk d{"memory:"};
  place(d, first_orders);
  {
    auto projection = d.project(order_revenue());
    projection.resume(d.log());
    std::cout << "Step 1, three orders:  " << projection.state<revenue>() << '\n'
              << "Step 2, checkpoint at: " << last_event_id(projection) << '\n';
  }
  std::cout << "Step 3, restart\n";
  auto projection = d.project(order_revenue());
  std::cout << "Step 4, a new one:     " << projection.state<revenue>() << '\n'
            << "Step 5, checkpoint at: " << last_event_id(projection) << '\n';
  const auto before = projection.checkpoint()->position;
  place(d, later_orders);
  projection.resume(d.log());
  std::cout << "Step 6, new orders:    " << new_since(d, before) << '\n'
            << "        all of them:   " << projection.state<revenue>() << " (replayed)\n";
}

void order_revenue_on_sqlite() {
  heading("The exercise in production: on SQLite");
  const examples::temporary_folder folder;
  const auto address = "sqlite:" + folder.file("orders.db");
  {
    desk d{address};
    place(d, first_orders);
    auto projection = d.project(order_revenue_on_disk());
    projection.resume(d.log());
    std::cout << "Before the restart: " << revenue_on_disk(*d.where.projections) << '\n';
  }
  desk d{address};
  auto projection = d.project(order_revenue_on_disk());
  std::cout << "After the restart:  " << revenue_on_disk(*d.where.projections) << '\n';
  place(d, later_orders);
  const auto handled = projection.resume(d.log());
  std::cout << "Resumed:            " << revenue_on_disk(*d.where.projections) << " (" << handled
            << " events handled)\n";
}

} // namespace tutorial
