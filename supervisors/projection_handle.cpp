#include <waymark/supervisors/engine.hpp>

namespace waymark {

wait_result projection_handle::wait_until(const appended& token,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, token, timeout);
}

wait_result projection_handle::wait_until(position_t position,
                                          std::chrono::milliseconds timeout) const {
  return engine_->wait_until(name_, position, timeout);
}

wait_result projection_handle::wait_until_caught_up(std::chrono::milliseconds timeout) const {
  return engine_->wait_until_caught_up(name_, timeout);
}

projection_status projection_handle::status() const {
  return engine_->status(name_);
}

lag projection_handle::lag() const {
  return engine_->lag(name_);
}

health projection_handle::health() const {
  return engine_->health(name_);
}

std::string projection_handle::explain() const {
  return engine_->explain(name_);
}

void projection_handle::pause(const mandate& as) const {
  engine_->pause(name_, as);
}

void projection_handle::resume(const mandate& as) const {
  engine_->resume(name_, as);
}

void projection_handle::discard_event(std::optional<position_t> position,
                                      const mandate& as) const {
  engine_->discard_event(name_, position, as);
}

void projection_handle::take_over(const mandate& as) const {
  engine_->take_over(name_, as);
}

void projection_handle::reset(const mandate& as) const {
  engine_->reset(name_, as);
}

void projection_handle::rebuild(const mandate& as, const rebuild_options& options) const {
  engine_->rebuild(name_, as, options);
}

void projection_handle::stop() const {
  engine_->stop(name_);
}

} // namespace waymark
