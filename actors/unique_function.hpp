#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace waymark {

template <class Signature>
class unique_function;

/// A callable that is owned by one place and can't be copied, so that a handler may capture what
/// can't be copied either. Calling an empty one is undefined; ask with `operator bool`.
template <class Result, class... Args>
class unique_function<Result(Args...)> {
 public:
  unique_function() = default;

  template <class Callable>
    requires(!std::is_same_v<std::remove_cvref_t<Callable>, unique_function> &&
             std::is_invocable_r_v<Result, Callable&, Args...>)
  unique_function(Callable&& call)
      : call_{std::make_unique<holder<std::decay_t<Callable>>>(std::forward<Callable>(call))} {}

  explicit operator bool() const noexcept { return call_ != nullptr; }

  /// Const because the function is not changed; what it captured may be.
  Result operator()(Args... args) const { return call_->invoke(std::forward<Args>(args)...); }

 private:
  struct base {
    virtual ~base() = default;
    virtual Result invoke(Args... args) = 0;
  };
  template <class Callable>
  struct holder final : base {
    template <class From>
    explicit holder(From&& from) : call{std::forward<From>(from)} {}
    Result invoke(Args... args) override {
      if constexpr (std::is_void_v<Result>)
        call(std::forward<Args>(args)...);
      else
        return call(std::forward<Args>(args)...);
    }
    Callable call;
  };

  std::unique_ptr<base> call_;
};

} // namespace waymark
