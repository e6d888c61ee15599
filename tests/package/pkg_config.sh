# pkg_config.sh LIBDIR MAIN PROGRAM COMPILER FLAGS: builds MAIN by pkg-config alone and runs it.
set -eu
PKG_CONFIG_PATH=$1/pkgconfig
export PKG_CONFIG_PATH
# shellcheck disable=SC2046,SC2086 # flags are words
"$4" $5 -std=c++20 "$2" -o "$3" $(pkg-config --cflags --libs waymark)
LD_LIBRARY_PATH=$1 "$3"
