#pragma once

#include "actors/claim.hpp"
#include "actors/failing_event.hpp"
#include "actors/letter_orders.hpp"
#include "actors/letter_schedule.hpp"
#include "actors/log_reader.hpp"
#include "actors/page_in_hand.hpp"
#include "actors/parking_share.hpp"
#include "actors/standing.hpp"
#include "actors/store_stall.hpp"
#include "actors/suspect_event.hpp"
#include "actors/todo.hpp"

#include <waymark/messages/mandate.hpp>
#include <waymark/messages/status.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

namespace waymark {

struct machine_options {
  std::chrono::milliseconds standby_poll{500};     ///< Between claims while another owns it.
  std::chrono::milliseconds fetch_retry{200};      ///< After the log could not be read.
  /// After a projection fault, and when full; 0: never.
  std::chrono::milliseconds failed_retry{300'000};
  bool gathers = true; ///< Whether `batch_options::max_wait` counts.
  const clock* time = &clock::system();
  std::function<double()> random = [] { return 0.5; }; ///< In [0, 1), for jitter.
  std::shared_ptr<store_stall> stall{}; ///< Of this shard, over all its machines; may be null.
  /// Of the projection, over its shards; null: this shard has an equal part of the limit to itself.
  std::shared_ptr<parking_lot> lot{};
  std::chrono::milliseconds room_poll{1'000}; ///< For room that another shard makes in the lot.
};

/// The life of one shard of a projection as a state machine without threads, clocks or I/O: events
/// go in, things to do come out. The projection actor carries them out; the simulation does the
/// same under a fake clock with faults in between. At most one job (claim, apply, give up, replay,
/// look, save, release) is out at any time, besides one fetch; so no event of a key is ever handled
/// while one of the same key is replayed.
class projection_machine {
 public:
  projection_machine(spec_ptr spec, int shard, machine_options options = {});

  [[nodiscard]] actions start();
  [[nodiscard]] actions on_claim(claim_report report);
  [[nodiscard]] actions on_page(page_ptr events, std::uint64_t token);
  [[nodiscard]] actions on_fetch_failed(const std::string& why, std::uint64_t token);
  [[nodiscard]] actions on_applied(const apply_outcome& outcome);
  [[nodiscard]] actions on_given_up(const apply_outcome& outcome);
  [[nodiscard]] actions on_replayed(const replay_outcome& outcome);
  [[nodiscard]] actions on_looked();
  /// For this and the next: `committed`, or `fenced`.
  [[nodiscard]] actions on_failure_kept(commit_status status);
  [[nodiscard]] actions on_saved(commit_status status);
  [[nodiscard]] actions on_released();
  /// The job under way came to nothing that is known: the session died, or the store failed. The
  /// machine ends with that; one that drains first tries to release its claim, a few times within
  /// 3 s, since nobody will do it after it.
  [[nodiscard]] actions on_job_lost(const std::string& why);
  /// A handler of the job under way has not come back in time. The machine is `failed` until it
  /// does, and after that as after any projection fault, unless its batch has committed.
  [[nodiscard]] actions on_overdue(const std::string& why);
  [[nodiscard]] actions on_timer(std::uint64_t token);
  [[nodiscard]] actions on_letters_due(std::uint64_t token);
  /// Every few seconds: saves a position that ran ahead of the checkpoint.
  [[nodiscard]] actions on_save_tick();
  /// An at-least-once position was saved, up to `position`; or it was found to be fenced; or the
  /// store can't serve.
  [[nodiscard]] actions on_saved_later(position_t position);
  [[nodiscard]] actions on_fenced();
  [[nodiscard]] actions on_unsaved(const std::string& why);

  [[nodiscard]] actions pause(const mandate& as);
  [[nodiscard]] actions resume(const mandate& as = {});
  /// Passes the event at `position`, if that is the one it stands stopped before.
  [[nodiscard]] actions discard(position_t position, const mandate& as = {});
  /// Claims now, whoever holds it; only while it stands by.
  [[nodiscard]] actions take_over(const mandate& as = {});
  /// Retries or discards letters, key by key, between the batches of the live events. Refused, with
  /// the reason in the report, where the projection can't or must not handle events: paused by an
  /// operator, stopped, failed, diverged, degraded, standing by, held for a reset or draining. A
  /// projection that is behind, waits to try an event again, or is paused because too much is
  /// parked, does it; one that has not claimed yet does it once it has.
  [[nodiscard]] actions settle(settle_order_ptr order);
  /// Stop at the next safe point and say `held`; for a reset.
  [[nodiscard]] actions hold();
  /// The reset did not come about: go on as before.
  [[nodiscard]] actions release_hold();
  /// After a reset: forget everything and claim again.
  [[nodiscard]] actions begin_again();
  /// Finish what is under way, release, end.
  [[nodiscard]] actions drain();

  // What it knows, for jobs and status.
  [[nodiscard]] const projection_spec& spec() const noexcept { return *spec_; }
  [[nodiscard]] const checkpoint& record() const noexcept { return record_; }
  [[nodiscard]] position_t passed() const noexcept { return passed_; }
  [[nodiscard]] position_t head_seen() const noexcept { return log_.head_seen(); }
  [[nodiscard]] bool claimed() const noexcept { return claimed_; }
  /// Events are handled one by one, each with a marker, because a process ended before.
  [[nodiscard]] bool careful() const noexcept;
  /// Another owner has taken it, and has it still as far as known.
  [[nodiscard]] bool fenced_by_other() const noexcept { return fenced_by_other_; }
  [[nodiscard]] std::shared_ptr<const parked_set> parked() const noexcept {
    return aside_.parked();
  }
  [[nodiscard]] const letter_counts& set_aside() const noexcept { return aside_.counts(); }
  [[nodiscard]] const std::shared_ptr<parking_lot>& lot() const noexcept { return aside_.lot(); }
  /// The event that it stands stopped before; 0 if no single one is to blame.
  [[nodiscard]] std::optional<position_t> stopped_before() const noexcept;
  /// It stands since as much is parked as may be.
  [[nodiscard]] bool full() const noexcept;
  /// An operator has paused it, however else it stands.
  [[nodiscard]] bool paused() const noexcept { return standing_.paused; }
  /// It stands until a reset is done.
  [[nodiscard]] bool held() const noexcept { return standing_.holding; }
  /// A handler has not come back.
  [[nodiscard]] bool unrecoverable() const noexcept { return standing_.overdue.has_value(); }
  /// When it tries again by itself; empty if it waits for nothing of that kind.
  [[nodiscard]] std::optional<timestamp> next_try() const noexcept;
  [[nodiscard]] projection_state state() const noexcept;
  [[nodiscard]] std::string reason() const;
  [[nodiscard]] const std::optional<std::string>& last_error() const noexcept {
    return last_error_;
  }

 private:
  enum class job : std::uint8_t {
    none,
    claim,
    apply,
    give_up,
    replay,
    look,
    keep_failure,
    save,
    release
  };

  actions next();
  void go_on(actions& out);
  void apply_next(actions& out);
  void fetch_next(actions& out);
  [[nodiscard]] bool may_gather() const;
  bool gather(actions& out);
  void let_go_of_pages();
  void give_up_discarded(actions& out);
  void give_up_poison(actions& out);
  void begin_with(actions& out, claim_report& report);
  void take_care(actions& out, const claim_report& report);
  void work_next(actions& out);
  [[nodiscard]] bool may_replay();
  void replay_next(actions& out);
  void take_replay(actions& out, const replay_outcome& outcome);
  void end_order(actions& out);
  void replay_unfinished(actions& out, claim_report& report);
  void plan_retry(actions& out, const std::string& sequence_key, const round_to_come& next);
  void stand_full(actions& out, const apply_outcome& outcome);
  actions look_for_room();
  /// Whatever a timer was to wake it for is not waited for any more.
  void forget_timer();
  void wait(actions& out, std::chrono::milliseconds delay);
  void wait_after_failure(actions& out);
  void lose_claim();
  actions claim_again();
  [[nodiscard]] bool take_result();
  actions try_again();
  actions fenced();
  actions end_for_store(const std::string& why);
  actions release_again(const std::string& why);
  actions came_back(const apply_outcome& outcome);
  /// The store has failed: in words, where it stalls, if it serves everything else.
  std::optional<std::string> find_stall(const apply_outcome& outcome);
  void take_progress(const apply_outcome& outcome);
  void decide_fault(actions& out, const apply_outcome& outcome, int round = 0);
  void fail(actions& out, const std::string& why);
  [[nodiscard]] std::optional<std::string> find_key(const event& subject) const;
  [[nodiscard]] dead_letter letter_for(const event& subject) const;
  void note(actions& out, todo::note::level level, const char* what, std::string text) const;

  spec_ptr spec_;
  machine_options options_;
  shard_key key_;

  // The claim and what came with it.
  bool claimed_ = false;
  bool taking_over_ = false; ///< The next claim asks nobody.
  checkpoint record_;
  position_t passed_ = 0;
  parking_share aside_;

  // What is under way.
  job job_ = job::none;
  bool stale_job_ = false; ///< It was begun under a claim that is lost: its result means nothing.
  log_reader log_;
  page_in_hand page_; ///< Ends before the poison, if that is not next.
  page_ptr applying_; ///< Keeps alive what an outcome points into.
  position_t saving_to_ = 0;
  std::uint64_t timer_token_ = 0;
  timestamp timer_due_{};
  timestamp full_until_{}; ///< Then a projection that is full tries again, come what may.

  // Events that are in the way.
  failing_event failing_;
  todo::give_up giving_up_;
  suspect_event suspect_;
  std::shared_ptr<void> caution_; ///< Kept while `careful`.

  // Letters that are being settled, and those that will be retried.
  letter_orders orders_;
  letter_schedule schedule_;
  bool replay_turn_ = false; ///< After a batch of live events, if there are both.

  // Why it stands, and what came of that.
  standing standing_;
  int failed_releases_ = 0;
  bool release_waits_ = false;         ///< For its next try.
  bool fenced_by_other_ = false;       ///< Until it is claimed again.
  bool was_fenced_ = false;            ///< Found out while a job was under way.
  bool state_in_doubt_ = false;        ///< In memory: it may be ahead of what was committed.
  std::optional<std::string> trouble_; ///< Of the store; found out while a job was under way.
  std::optional<std::string> last_error_;
  std::unordered_set<std::string> warned_types_;
};

} // namespace waymark
