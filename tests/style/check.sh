# check.sh ROOT PUBLIC BUILT: prints what breaks the style of the tree at ROOT, and fails then.
# PUBLIC and BUILT are files that list the public headers and the compiled sources, one path a line.
set -eu
LC_ALL=C
export LC_ALL
style=$(cd "$(dirname "$0")" && pwd)
public=$(tr '\n' ' ' <"$2")
built=$(tr '\n' ' ' <"$3")
cd "$1"

# The programs of tests/consumer are a foreign project, and the fuzzer's main() needs clang.
built="$built tests/consumer/main.cpp tests/consumer/node.cpp tests/consumer/tests.cpp"
built="$built fuzz/libfuzzer_main.cpp"
found=$(find messages persistence actors supervisors testing node apps examples benchmarks fuzz \
  tests cmake scripts docs ./*.hpp ./*.md ./CMakeLists.txt .ci -type f 2>/dev/null |
  sed 's|^\./||' |
  grep -v '^fuzz/corpus/' | sort)

# shellcheck disable=SC2086 # no name in the tree has a blank
result=$(awk -v public="$public" -v built="$built" -f "$style/style.awk" $found)
if [ -n "$result" ]; then
  echo "$result"
  exit 1
fi
echo "$(echo "$found" | wc -l) files follow the style"
