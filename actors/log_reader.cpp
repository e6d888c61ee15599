#include "actors/log_reader.hpp"

#include <algorithm>
#include <utility>

namespace waymark {

namespace {

constexpr position_t far_behind = 1'000;

} // namespace

page_request log_reader::request(position_t after, std::uint64_t seen) noexcept {
  asking_ = true;
  return {after, ++token_, seen};
}

page_request log_reader::ask(position_t after) noexcept {
  return request(after, in_doubt_ ? 0 : incarnation_);
}

page_request log_reader::ask_at_once(position_t after) noexcept {
  return request(after, 0);
}

void log_reader::forget_request() noexcept {
  asking_ = false;
  ++token_;
}

bool log_reader::take(const page& answer, position_t passed) noexcept {
  asking_ = false;
  in_doubt_ = false;
  const auto before = incarnation_;
  if (answer.log_incarnation != 0)
    incarnation_ = answer.log_incarnation;
  if (before != 0 && before != incarnation_) {
    head_seen_ = 0;
    return true;
  }
  head_seen_ = std::max(head_seen_, answer.head);
  if (answer.head - passed > far_behind)
    is_behind_ = true;
  return false;
}

void log_reader::fail() noexcept {
  asking_ = false;
  in_doubt_ = true;
}

void log_reader::begin() noexcept {
  asking_ = false;
  is_behind_ = true;
}

bool log_reader::catches_up(position_t passed) noexcept {
  const bool at_head = head_seen_ > 0 && passed >= head_seen_;
  return at_head && std::exchange(is_behind_, false);
}

} // namespace waymark
