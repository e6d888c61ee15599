// Opens a log with the installed library, so that what is behind it is linked too.
#include <waymark/messages/version.hpp>
#include <waymark/persistence/store.hpp>

#include <iostream>

int main() {
  const auto store = waymark::open("memory:");
  std::cout << "linked with waymark " << waymark::version() << "; head of " << store.address
            << " is " << store.events->head() << '\n';
}
