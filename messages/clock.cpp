#include <waymark/messages/clock.hpp>

namespace waymark {

namespace {

class system_clock final : public clock {
 public:
  timestamp now() const override {
    return std::chrono::time_point_cast<timestamp::duration>(std::chrono::system_clock::now());
  }
};

} // namespace

const clock& clock::system() {
  static const system_clock machine;
  return machine;
}

} // namespace waymark
