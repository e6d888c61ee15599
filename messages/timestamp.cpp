#include <waymark/messages/timestamp.hpp>

#include <cstdio>

namespace waymark {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Takes a text apart from the left; once something did not fit, nothing fits any more.
class scanner {
 public:
  explicit scanner(std::string_view text) noexcept : rest_{text} {}

  /// A number of exactly `digits` digits.
  int number(int digits) noexcept {
    int value = 0;
    for (int i = 0; i < digits; ++i)
      value = value * 10 + digit();
    return value;
  }

  void expect(char wanted) noexcept { fits_ = fits_ && accept(wanted); }

  bool accept(char wanted) noexcept {
    if (rest_.empty() || rest_.front() != wanted)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// One to nine digits after the point, in whole microseconds.
  microseconds fraction() noexcept {
    std::int64_t value = 0;
    int digits = 0;
    for (; digits < 9 && next_is_digit(); ++digits)
      value = digits < 6 ? value * 10 + digit() : (digit(), value);
    fits_ = fits_ && digits > 0;
    for (; digits < 6; ++digits)
      value *= 10;
    return microseconds{value};
  }

  void refuse_if(bool wrong) noexcept { fits_ = fits_ && !wrong; }
  [[nodiscard]] bool fits() const noexcept { return fits_; }
  [[nodiscard]] bool all_read() const noexcept { return fits_ && rest_.empty(); }

 private:
  [[nodiscard]] bool next_is_digit() const noexcept {
    return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
  }

  int digit() noexcept {
    if (!next_is_digit()) {
      fits_ = false;
      return 0;
    }
    const int value = rest_.front() - '0';
    rest_.remove_prefix(1);
    return value;
  }

  std::string_view rest_;
  bool fits_ = true;
};

std::chrono::sys_days read_date(scanner& text) noexcept {
  const std::chrono::year year{text.number(4)};
  text.expect('-');
  const std::chrono::month month{static_cast<unsigned>(text.number(2))};
  text.expect('-');
  const std::chrono::day day{static_cast<unsigned>(text.number(2))};
  const auto date = year / month / day;
  text.refuse_if(!date.ok());
  return text.fits() ? std::chrono::sys_days{date} : std::chrono::sys_days{};
}

minutes read_offset(scanner& text) noexcept {
  if (text.accept('Z') || text.accept('z'))
    return minutes{0};
  const bool west = text.accept('-');
  if (!west)
    text.expect('+');
  const int hour = text.number(2);
  text.expect(':');
  const int minute = text.number(2);
  text.refuse_if(hour > 23 || minute > 59);
  const auto offset = hours{hour} + minutes{minute};
  return west ? -offset : offset;
}

bool is_leap_second(timestamp second_60) noexcept {
  return second_60.time_since_epoch() % days{1} == microseconds{0};
}

} // namespace

std::string to_string(timestamp when) {
  // The calendar repeats every 400 years; std::chrono::year alone ends at 32767.
  constexpr days cycle{146'097};
  const auto day = std::chrono::floor<days>(when);
  const auto cycles = day.time_since_epoch() / cycle;
  const std::chrono::year_month_day date{day - cycles * cycle};
  const std::chrono::hh_mm_ss time{when - day};
  const int year = static_cast<int>(date.year()) + static_cast<int>(cycles) * 400;
  const char* form = year >= 0 && year <= 9999 ? "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ"
                                               : "%+07d-%02u-%02uT%02d:%02d:%02d.%06dZ";
  char text[48];
  const int length = std::snprintf(
      text, sizeof(text), form, year, static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
      static_cast<int>(time.subseconds().count()));
  return {text, static_cast<std::size_t>(length)};
}

std::optional<timestamp> parse_timestamp(std::string_view text) noexcept {
  scanner in{text};
  const auto date = read_date(in);
  if (!in.accept('T'))
    in.refuse_if(!in.accept('t'));
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  in.expect(':');
  const int second = in.number(2);
  in.refuse_if(hour > 23 || minute > 59 || second > 60);
  const auto fraction = in.accept('.') ? in.fraction() : microseconds{0};
  const auto offset = read_offset(in);
  if (!in.all_read())
    return std::nullopt;
  const timestamp whole = date + hours{hour} + minutes{minute} + seconds{second} - offset;
  if (second == 60 && !is_leap_second(whole))
    return std::nullopt;
  const auto result = whole + fraction;
  if (result < earliest_timestamp || result > latest_timestamp)
    return std::nullopt;
  return result;
}

} // namespace waymark
