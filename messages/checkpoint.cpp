#include <waymark/messages/checkpoint.hpp>

namespace waymark {

std::string to_string(const shard_key& key) {
  return key.shard == 0 ? key.projection : key.projection + '/' + std::to_string(key.shard);
}

} // namespace waymark
