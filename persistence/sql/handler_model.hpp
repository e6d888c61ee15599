#pragma once

#include <waymark/persistence/read_model.hpp>

#include <cstdint>
#include <exception>
#include <string_view>

namespace waymark::sql {

/// The read model as a handler or a query sees it: one open transaction of one connection. Keeps
/// the first failure, so that whoever swallows it fails all the same.
class handler_model : public read_model {
 public:
  enum class access : std::uint8_t { write, read };

  explicit handler_model(access may) noexcept : access_{may} {}

  /// True once a statement has failed.
  [[nodiscard]] bool failed() const noexcept { return first_failure_ != nullptr; }

  /// What it threw; null if none has failed.
  [[nodiscard]] const std::exception_ptr& failure() const noexcept { return first_failure_; }

  /// Throws the first failure again, or what has happened to the transaction meanwhile.
  /// @throws statement_error if it is gone.
  void require_sound() {
    require_no_failure();
    look_at_transaction();
    require_transaction("(before the checkpoint)");
  }

 protected:
  [[nodiscard]] bool may_write() const noexcept { return access_ == access::write; }

  /// After a failure, whatever follows fails here with the same.
  template <class Action>
  auto remembering_failure(std::string_view sql, Action action) {
    require_no_failure();
    try {
      auto result = action();
      require_transaction(sql);
      return result;
    } catch (...) {
      first_failure_ = std::current_exception();
      throw;
    }
  }

 private:
  void require_no_failure() const {
    if (first_failure_)
      std::rethrow_exception(first_failure_);
  }
  /// Throws if the transaction has been ended from outside.
  virtual void look_at_transaction() {}
  /// @throws statement_error that names `sql` if the transaction is gone.
  virtual void require_transaction(std::string_view sql) const = 0;

  access access_;
  std::exception_ptr first_failure_;
};

} // namespace waymark::sql
