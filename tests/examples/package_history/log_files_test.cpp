#include "examples/package_history/log_files.hpp"

#include "tests/catch.hpp"
#include "tests/examples/package_history/log_folder.hpp"

using namespace history;
using names = std::vector<std::string>;

TEST_CASE("rotated logs are sorted by age, not by name") {
  CHECK(oldest_first(
            {"dpkg.log", "dpkg.log.1", "dpkg.log.10.gz", "dpkg.log.2.gz", "dpkg.log.9.gz"}) ==
        names{"dpkg.log.10.gz", "dpkg.log.9.gz", "dpkg.log.2.gz", "dpkg.log.1", "dpkg.log"});
  CHECK(oldest_first({"dpkg.log", "dpkg.log-20250501", "dpkg.log-20241201.gz"}) ==
        names{"dpkg.log-20241201.gz", "dpkg.log-20250501", "dpkg.log"});
}

TEST_CASE("other files of the folder are left alone") {
  CHECK(oldest_first({"apt", "dpkg.log.bak", "dpkg.log.1.xz", "dpkg.log.", "dpkg.log.gz",
                      "dpkg.log~", "dpkg.logx1", "xdpkg.log", "dpkg.log.-1"})
            .empty());
}

TEST_CASE("a part that is being compressed is read once") {
  CHECK(oldest_first({"dpkg.log.2.gz", "dpkg.log.2", "dpkg.log"}) ==
        names{"dpkg.log.2", "dpkg.log"});
}

TEST_CASE("all parts are opened, oldest first") {
  log_folder logs;
  logs.write("dpkg.log", "three\n");
  logs.write("dpkg.log.1", "two\n");
  logs.write_gz("dpkg.log.2.gz", "one\n");
  names found;
  for (auto& reader : open_logs(logs.path()))
    found.push_back(reader.next()->text);
  CHECK(found == names{"one", "two", "three"});
  CHECK_THROWS_AS(open_logs(logs.path() / "nowhere"), log_error);
}
