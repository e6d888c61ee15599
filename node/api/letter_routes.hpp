#pragma once

namespace httplib {
class Server;
}

namespace waymark::node {

class running_node;

/// Adds the routes about dead letters.
void add_letter_routes(httplib::Server& to, running_node& node);

} // namespace waymark::node
