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
  // Never destroyed: a thread that hangs may ask for the time while the process ends.
  static const auto& machine = *new system_clock;
  return machine;
}

} // namespace waymark
