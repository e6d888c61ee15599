# add_subdirectory.sh CMAKE SOURCE FOLDER GENERATOR COMPILER: configures a foreign project that has
# waymark as a subdirectory, and looks whether the library is compiled as that project says.
set -eu
cmake=$1 source=$2 folder=$3 generator=$4 compiler=$5
rm -rf "$folder"
mkdir -p "$folder/project"
cat >"$folder/project/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.23)
project(foreign LANGUAGES C CXX)
add_subdirectory($source waymark)
add_executable(foreign $source/tests/consumer/main.cpp)
target_link_libraries(foreign PRIVATE waymark::waymark)
END
"$cmake" -S "$folder/project" -B "$folder/build" -G "$generator" \
  -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON \
  -DCMAKE_POSITION_INDEPENDENT_CODE=ON
for file in messages/event.cpp supervisors/engine_actors.cpp; do
  grep '"command"' "$folder/build/compile_commands.json" | grep -e "-c $source/$file" |
    grep -q -e ' -fPI[CE] ' || {
    echo "$file should be compiled as position independent code" && exit 1
  }
done
