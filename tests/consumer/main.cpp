#include <waymark/messages/version.hpp>

#include <iostream>

int main() { std::cout << "linked with waymark " << waymark::version() << '\n'; }
