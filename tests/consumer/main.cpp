// Opens a log with the installed library, so that what is behind it is linked too.
#include <waymark/messages/version.hpp>
#include <waymark/persistence/store.hpp>
#include <waymark/testing/scenario.hpp>

#include <iostream>

int main() {
  const auto store = waymark::open("memory:");
  std::cout << "linked with waymark " << waymark::version() << "; head of " << store.address
            << " is " << store.events->head() << '\n';

  const waymark::testing::past_event past{{"Order", "o-1"}, waymark::json_event("Placed", "{}")};
  const auto shop = waymark::testing::given(past).project(
      waymark::projection::in_memory<int>("orders").on(
          "Placed", [](int& orders, const nlohmann::json&) { ++orders; }));
  std::cout << "projected " << shop.state<int>() << " order\n";
}
