# install.sh CMAKE BUILD PREFIX: installs into an empty prefix.
set -eu
rm -rf "$3"
"$1" --install "$2" --prefix "$3"
