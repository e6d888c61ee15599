#include <waymark/node/main.hpp>

int main(int argc, char** argv) {
  return waymark::main(argc, argv);
}
