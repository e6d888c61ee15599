# deb.sh CPACK BUILD FOLDER VERSION: makes the Debian package, looks into it and unpacks it.
set -eu
cpack=$1 build=$2 folder=$3 version=$4
rm -rf "$folder"
mkdir -p "$folder/root"
cd "$folder"
"$cpack" -G DEB --config "$build/CPackConfig.cmake" -B "$folder"

deb=$(echo "$folder"/libwaymark-dev_"$version"_*.deb)
field() {
  value=$(dpkg-deb --field "$deb" "$1")
  echo "$1: $value"
  case $value in
    *"$2"*) ;;
    *) echo "the field $1 should contain: $2" && exit 1 ;;
  esac
}
field Package libwaymark-dev
field Version "$version"
field Architecture "$(dpkg --print-architecture)"
field Maintainer "waymark maintainers <maintainers@waymark.invalid>"
field Section libdevel
field Depends nlohmann-json3-dev
field Description "supervised event projections"

contents=$(dpkg-deb --contents "$deb")
echo "$contents"
for file in include/waymark/messages/version.hpp lib/libwaymark.[as]* lib/pkgconfig/waymark.pc \
  lib/cmake/waymark/waymark-config.cmake lib/cmake/waymark/FindCAF.cmake \
  share/doc/libwaymark-dev/copyright; do
  echo "$contents" | grep -q " \./usr/$file" || {
    echo "the package should contain /usr/$file" && exit 1
  }
done
program=$(echo "$folder"/waymark_"$version"_*.deb)
if [ -e "$program" ]; then
  contents=$(dpkg-deb --contents "$program")
  for file in bin/waymark lib/systemd/system/waymark@.service share/man/man1/waymark.1 \
    share/bash-completion/completions/waymark share/waymark/waymark.schema.json; do
    echo "$contents" | grep -q " \./usr/$file" || {
      echo "the package waymark should contain /usr/$file" && exit 1
    }
  done
fi
for package in "$folder"/*.deb; do
  dpkg-deb --extract "$package" "$folder/root"
done
for file in "$folder"/root/usr/bin/* "$folder"/root/usr/lib/libwaymark*; do
  if readelf --wide --sections "$file" 2>/dev/null | grep -q '\.debug_info'; then
    echo "$file should be without debug information" && exit 1
  fi
done
