# can_fail.sh FOLDER: breaks each rule in a small tree in FOLDER and expects check.sh to say so.
set -eu
style=$(cd "$(dirname "$0")" && pwd)
rm -rf "$1"
mkdir -p "$1"
cd "$1"

# tree: a tree that follows the style.
tree() {
  rm -rf tree
  mkdir -p tree/messages tree/actors
  printf '#pragma once\n#include <vector>\n' >tree/messages/a.hpp
  printf '#pragma once\n#include <waymark/messages/a.hpp>\n' >tree/actors/b.hpp
  printf '#include "actors/b.hpp"\n' >tree/actors/b.cpp
  echo messages/a.hpp >public
  echo actors/b.cpp >built
}

# expect TEXT: the check of the tree fails and its reasons contain TEXT.
expect() {
  if sh "$style/check.sh" tree public built >out 2>&1; then
    echo "not noticed: $1" && exit 1
  fi
  grep -q -e "$1" out || {
    echo "expected: $1" && echo "instead:" && cat out && exit 1
  }
  echo "noticed: $1"
  tree
}

tree
sh "$style/check.sh" tree public built
echo '#include <waymark/actors/b.hpp>' >>tree/messages/a.hpp &&
  expect "messages may not include actors"
echo '#include "supervisors/c.hpp"' >>tree/actors/b.cpp &&
  expect "actors may not include supervisors"
echo '#include "messages/a.hpp"' >>tree/messages/a.hpp && expect "includes a private one"
for header in caf/actor.hpp sqlite3.h SQLiteCpp/SQLiteCpp.h spdlog/spdlog.h boost/uuid/uuid.hpp \
  CLI/CLI.hpp httplib.h; do
  echo "#include <$header>" >>tree/messages/a.hpp && expect "public header shows $header"
done
echo '#include <caf/actor.hpp>' >tree/messages/a.cpp && echo messages/a.cpp >>built &&
  expect "knows nothing of CAF"
echo >tree/actors/lost.cpp && expect "actors/lost.cpp.*no target"
echo '#pragma once' >tree/actors/lost.hpp && expect "actors/lost.hpp.*nothing includes"
: >tree/messages/a.hpp && echo >tree/messages/a.hpp && expect "no #pragma once"
printf '%0101d\n' 0 >>tree/actors/b.cpp && expect "longer than 100 columns"
printf '\tint x;\n' >>tree/actors/b.cpp && expect "a tab"
printf 'int x; \n' >>tree/actors/b.cpp && expect "blanks at the end"
printf '// TO%s\n' DO >>tree/actors/b.cpp && expect "unfinished work"
(echo 'void f() {' && seq -f '  g(%g);' 59 && echo '}') >>tree/actors/b.cpp &&
  expect "more than 60 lines"
(echo 'namespace n {' && echo 'void f() {' && seq -f '  g(%g);' 58 && echo '}' &&
  seq -f 'int v%g;' 60 && echo '} // namespace n') >>tree/actors/b.cpp &&
  sh "$style/check.sh" tree public built && tree
printf 'class b {\n  int x;\nclass c;\n};\n' >>tree/actors/b.hpp && expect "at the left edge"
seq -f '// %g' 400 >>tree/actors/b.cpp && expect "more than 400 lines"
for i in $(seq 100); do printf '…'; done >>tree/actors/b.cpp && echo >>tree/actors/b.cpp &&
  sh "$style/check.sh" tree public built
