# Reads the files of the tree and prints a line for each thing that breaks the style. Given:
#   -v public="a/b.hpp c/d.hpp"   the public headers
#   -v built="a/b.cpp ..."        the sources that the build compiles
# and all paths relative to the root of the tree.

function complain(text) {
  print FILENAME ":" FNR ": " text
}

function folder_of(path) {
  return index(path, "/") ? substr(path, 1, index(path, "/") - 1) : path
}

function beside(path, name) {
  sub(/[^\/]*$/, "", path)
  return path name
}

# The place of a folder in the order of the layers; what is in none of them may include everything.
function rank(folder) {
  return (folder in layer) ? layer[folder] : 9
}

BEGIN {
  layer["messages"] = 1
  layer["persistence"] = 2
  layer["actors"] = 3
  layer["supervisors"] = 4
  layer["waymark.hpp"] = 5
  layer["testing"] = 6
  layer["node"] = 7
  n = split(public, words, " ")
  for (i = 1; i <= n; i++) is_public[words[i]] = 1
  n = split(built, words, " ")
  for (i = 1; i <= n; i++) is_built[words[i]] = 1
}

FNR == 1 {
  here = folder_of(FILENAME)
  code = FILENAME ~ /\.[ch]pp$/
  in_library = (here in layer)
  prose = FILENAME ~ /\.(md|jsonl?)$|LICENSE$|^tests\/node\/command_line\/.*\.txt$|expected\.txt$/
  pragma = 0
  before = ""
  split("", stood)
  files[FILENAME] = 1
}

# Bytes that continue a UTF-8 character are no columns.
{
  columns = $0
  gsub(/[\200-\277]/, "", columns)
}
!prose && length(columns) > 100 { complain("longer than 100 columns") }
/\t/ && FILENAME !~ /LICENSE$/ { complain("a tab") }
/[ \r]$/ { complain("blanks at the end of the line") }
/TO[D]O|FIX[M]E/ { complain("unfinished work; finish it or write down a decision") }
code && /^#pragma once/ { pragma = 1; has_pragma[FILENAME] = 1 }
in_library && FNR == 401 {
  complain("more than 400 lines; look for the second idea in it")
}

# A brace alone on its line ends a function, or what is in one; the last line that stands as far to
# the left has begun it.
code && (in_library || FILENAME ~ /^tests\/contract\//) && /[^ ]/ && !/^ *(#|\/\/)/ {
  match($0, /^ */)
  if (/^ *\}$/) {
    begun = 0
    for (i = 0; i <= RLENGTH; i++) if (stood[i] > begun) begun = stood[i]
    if (FNR - begun >= 60)
      complain("a function of more than 60 lines ends; look for the second idea in it")
  }
  stood[RLENGTH] = FNR
}

# Inside a class it would name another one than the reader thinks.
code && /^(class|struct|enum class) [a-z0-9_]+;$/ && before ~ /^ / {
  complain("a declaration at the left edge of what is indented")
}
{ before = $0 }

code && match($0, /^# *include *[<"][^>"]*[>"]/) {
  target = substr($0, RSTART, RLENGTH)
  sub(/^# *include */, "", target)
  quoted = (target ~ /^"/)
  target = substr(target, 2, length(target) - 2)
  ours = ""
  if (quoted)
    ours = target
  else if (target ~ /^waymark\//)
    ours = substr(target, 9)
  if (ours != "") {
    included[ours] = 1
    included[beside(FILENAME, ours)] = 1 # quoted without its folder, as in the examples
    if (rank(folder_of(ours)) > rank(here))
      complain(here " may not include " folder_of(ours) "; the direction is" \
               " messages <- persistence <- actors <- supervisors <- waymark.hpp <- node" \
               " <- all else")
    if (quoted && FILENAME in is_public)
      complain("a public header includes a private one, which is not installed")
  } else {
    if (FILENAME in is_public &&
        target ~ /^(caf|SQLiteCpp|pqxx|spdlog|fmt|boost|CLI)\/|^(sqlite3|httplib)/)
      complain("a public header shows " target " to its users")
    if (rank(here) < 3 && target ~ /^caf\//)
      complain(here " is synchronous and knows nothing of CAF")
  }
}

END {
  for (file in files) {
    FILENAME = file
    FNR = 1
    if (file ~ /\.hpp$/ && !(file in has_pragma)) complain("no #pragma once")
    if (file ~ /\.cpp$/ && built != "" && !(file in is_built))
      complain("no target of the build compiles it")
    if (file ~ /\.hpp$/ && !(file in is_public) && !(file in included))
      complain("a header that nothing includes and no public_headers list names")
  }
}
