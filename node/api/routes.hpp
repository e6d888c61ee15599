#pragma once

namespace httplib {
class Server;
}

namespace waymark::node {

class running_node;

/// Adds all routes of the API to a server, for a node that outlives its answers.
void add_routes(httplib::Server& to, running_node& node);

} // namespace waymark::node
