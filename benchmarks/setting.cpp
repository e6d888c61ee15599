#include "benchmarks/setting.hpp"

#include "benchmarks/engines.hpp"
#include "benchmarks/shop.hpp"

#include <stdexcept>

#include <stdlib.h>

namespace bench {

namespace fs = std::filesystem;

namespace {

void make_log(const std::string& file, std::int64_t events, std::int64_t streams) {
  const auto store = waymark::open("sqlite:" + file);
  {
    waymark::engine engine{store, silent()};
    for (int i = 0; i < 4; ++i)
      catch_up(engine, engine.start(table_projection(i)));
  }
  constexpr std::int64_t group = 1'000;
  for (std::int64_t n = 0; n < events; n += group)
    for (const auto& result :
         store.events->append(commands(n, std::min(group, events - n), streams, false)))
      static_cast<void>(result.value_or_throw());
}

} // namespace

setting::setting(options with) : with_{std::move(with)} {
  auto pattern = (fs::temp_directory_path() / "waymark-bench-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error{"can't make a folder in " + fs::temp_directory_path().string()};
  folder_ = pattern;
}

setting::~setting() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string setting::empty_file(const std::string& name) const {
  const auto path = (folder_ / name).string();
  for (const auto* suffix : {"", "-wal", "-shm"})
    fs::remove(path + suffix);
  return path;
}

std::string setting::copy_of_log(std::int64_t events, const std::string& name) {
  const auto from = folder_ / ("log-of-" + std::to_string(events));
  if (!fs::exists(from))
    make_log(from.string(), events, streams());
  const auto to = empty_file(name);
  fs::copy_file(from, to);
  return to;
}

std::string setting::copy_of(const std::string& file, const std::string& name) const {
  const auto to = empty_file(name);
  fs::copy_file(file, to);
  return to;
}

std::string setting::caught_up_log() {
  const auto path = folder_ / "caught-up";
  if (!fs::exists(path)) {
    waymark::engine engine{waymark::open("sqlite:" + copy_of_log(many_events(), "caught-up")),
                           silent()};
    catch_up(engine, engine.start(table_projection(0)));
  }
  return path.string();
}

} // namespace bench
