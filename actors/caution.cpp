#include "actors/caution.hpp"

#include <atomic>

namespace waymark {

namespace {

std::atomic<int> careful{0};

struct counted {
  counted() { ++careful; }
  ~counted() { --careful; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
};

} // namespace

std::shared_ptr<void> enter_caution() { return std::make_shared<counted>(); }

bool is_caution_asked_for() noexcept { return careful.load(std::memory_order_relaxed) > 0; }

} // namespace waymark
