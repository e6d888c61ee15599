#pragma once

#include "tests/simulation/saver.hpp"
#include "tests/simulation/stage.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace waymark::sim {

/// Carries out what the machine of one shard decides, as the projection actor does, but in small
/// steps that the schedule picks: a job is run, then its reply is told; a page is answered, a timer
/// fires, a position is saved. Restarts the machine when the store failed. Checks G6 and G7 as it
/// goes.
class shard_runner {
 public:
  shard_runner(stage& on, life& of, projection_context context, std::string label,
               std::shared_ptr<parking_lot> lot);

  /// What could be done next. Each number is how many of a kind there are.
  struct chances {
    bool run_job = false;
    bool reply = false;
    bool fetch = false;
    bool fire_timer = false;
    bool retry_letters = false;
    bool notice = false;
    bool save = false;
    bool restart = false;
  };
  [[nodiscard]] chances possible() const;
  /// When the next timer or restart is due, if one is set.
  [[nodiscard]] std::optional<timestamp> next_due() const;

  void run_job();
  void reply();
  void lose_reply();
  void answer_fetch(page_ptr events);
  void fail_fetch();
  void fire_timer();
  void retry_letters();
  void deliver_notice();
  /// Who renews the claims has seen that its process owns these.
  void compare_claim(const std::vector<ownership>& owned);
  void save();
  void save_tick();
  void restart_saver();
  /// Somebody says that the handler of the job under way has not come back in time.
  void call_overdue();
  [[nodiscard]] bool runs_handlers() const noexcept {
    return (wanted_ || result_) && handles_ && !restart_at_;
  }
  void restart();
  /// What arrives a second time, or too late.
  void repeat_something();
  /// A job whose session was given up for dead, and which runs all the same.
  void run_zombie();

  void pause();
  void resume();
  void discard();
  void take_over();
  /// `late`: it is in the mailbox, and other messages come first.
  void settle(settle_order_ptr order, bool late);
  void hold();
  void begin_again();
  void drain();

  [[nodiscard]] const projection_machine& machine() const noexcept { return *machine_; }
  [[nodiscard]] const projection_context& context() const noexcept { return context_; }
  [[nodiscard]] const std::string& label() const noexcept { return label_; }
  [[nodiscard]] const std::optional<todo::fetch>& fetching() const noexcept { return fetch_; }
  [[nodiscard]] bool hold_kept() const noexcept { return hold_kept_; }
  [[nodiscard]] bool drained() const noexcept { return drained_; }
  /// Its next job would wait as long as another job of the process has a marker.
  [[nodiscard]] bool needs_baton() const;
  /// A replay of letters is under way, or was given up and may run all the same.
  [[nodiscard]] bool may_replay() const noexcept;
  [[nodiscard]] bool has_zombie() const noexcept { return !zombies_.empty(); }
  /// An order was given to the machine and is not answered yet.
  [[nodiscard]] bool waits_for_answers() const noexcept { return !orders_.empty(); }
  [[nodiscard]] bool retries_by_itself() const noexcept { return !letter_timers_.empty(); }

 private:
  struct timer {
    timestamp due;
    std::uint64_t token;
  };

  void begin_machine();
  void tell(const char* what, actions todo);
  void carry_out(const actions& todo);
  void carry_out(const todo::fetch& what, const action&);
  void carry_out(const todo::wake& what, const action&);
  void carry_out(const todo::save_later& what, const action&);
  void carry_out(const todo::announce_letter&, const action&) {}
  void carry_out(const todo::retry_letters& what, const action&);
  void carry_out(const todo::settled& what, const action&);
  void carry_out(const todo::note& what, const action&);
  void carry_out(const todo::held&, const action&) { hold_kept_ = true; }
  void carry_out(const todo::end& what, const action&);
  template <class Job>
  void carry_out(const Job&, const action& what);
  void clear_work();
  bool flush();
  void require_no_silence();
  job_result work(const job& what, bool replays, bool waited_for);

  stage& on_;
  life& self_;
  projection_context context_;
  std::string label_;
  std::shared_ptr<parking_lot> lot_;
  std::unique_ptr<projection_machine> machine_;

  std::optional<action> wanted_;     ///< A job that is emitted, but not yet made or run.
  job made_;                         ///< Made when it was emitted, from what the machine knew then.
  std::optional<job_result> result_; ///< Run, but the machine does not know yet.
  std::optional<todo::fetch> fetch_;
  std::vector<timer> timers_;
  std::vector<timer> letter_timers_;          ///< Of automatic retries.
  std::vector<saver::notice> notices_;        ///< Its mailbox.
  std::vector<std::pair<job, bool>> zombies_; ///< And whether they replay.

  std::optional<todo::fetch> last_fetch_;
  page_ptr last_page_;
  std::optional<std::uint64_t> last_timer_;

  saver saver_;
  saver::notice last_notice_; ///< Of the saver.
  std::optional<timestamp> restart_at_;
  std::vector<settle_order_ptr> orders_; ///< Given to the machine, and not answered.
  bool handles_ = false;                 ///< The job under way calls handlers.
  bool busy_ = false;                    ///< Others run while it waits for the store.
  bool hold_kept_ = false;
  bool draining_ = false;
  bool drained_ = false;
  bool paused_ = false;
  std::int64_t claim_ = 0;
};

} // namespace waymark::sim
