#!/bin/sh
# scratch_dpkg.sh PROGRAM: lets dpkg itself write a log. Installs, upgrades, removes small packages
# in a root of its own, and lets PROGRAM compare what it reads with the database that came of it.
set -eu
program=$1
command -v dpkg-deb >/dev/null && [ "$(id -u)" = 0 ] || exit 77 # dpkg has to be root

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# deb NAME VERSION ARCHITECTURE FILE [FIELD]: a package with one file; one in etc/ is a conffile.
deb() {
  mkdir -p "tree/DEBIAN" "tree/$(dirname "$4")"
  printf 'Package: %s\nVersion: %s\nArchitecture: %s\n' "$1" "$2" "$3" >tree/DEBIAN/control
  printf 'Maintainer: nobody <nobody@localhost>\nDescription: test\n%s' "${5-}" \
    >>tree/DEBIAN/control
  echo "$1 $2" >"tree/$4"
  case $4 in etc/*) echo "/$4" >tree/DEBIAN/conffiles ;; esac
  if [ -n "${script-}" ]; then
    printf '#!/bin/sh\nexit 1\n' >"tree/DEBIAN/$script"
    chmod 755 "tree/DEBIAN/$script"
  fi
  dpkg-deb --build tree "$1_$2_$3.deb" >/dev/null
  rm -rf tree
}

native=$(dpkg --print-architecture)
same='Multi-Arch: same
'
deb cup 1.0 "$native" usr/cup
deb cup 2.0 all usr/cup
deb cup 3.0 "$native" usr/cup
deb tea 1.0 all etc/tea
deb tea 2.0 all etc/tea
deb saucer 1.0 all usr/saucer
deb cloth 1.0 all usr/saucer 'Replaces: saucer
'
deb spoon 1.0 "$native" usr/spoon-1 "$same"
deb spoon 1.0 foreign usr/spoon-2 "$same"
deb lonely 1.0 all usr/lonely 'Depends: friend
'
script=preinst deb never 1.0 all usr/never
script=postinst deb half 1.0 all usr/half
script=postrm deb sticky 1.0 all usr/sticky
script=preinst deb half 2.0 all usr/half
deb spoon 2.0 foreign usr/spoon-2 "$same"

mkdir -p root/var/lib/dpkg/info root/var/lib/dpkg/updates root/var/lib/dpkg/triggers root/etc log
touch root/var/lib/dpkg/status root/var/lib/dpkg/available

# Some of it fails, as it is meant to.
dpkg_here() {
  dpkg --root="$work/root" --force-script-chrootless --force-confold \
    --log="$work/log/dpkg.log" "$@" \
    >>dpkg.out 2>&1 || true
}

dpkg_here --add-architecture foreign
for step in "-i cup_1.0_$native.deb" "-i cup_2.0_all.deb" "-i tea_1.0_all.deb" "-r tea" \
  "-i tea_2.0_all.deb" "-i saucer_1.0_all.deb" "-i cloth_1.0_all.deb" \
  "-i spoon_1.0_$native.deb spoon_1.0_foreign.deb" "-i never_1.0_all.deb" "-i half_1.0_all.deb" \
  "-i half_2.0_all.deb" "-i sticky_1.0_all.deb" "-r sticky" "-i lonely_1.0_all.deb" \
  "--unpack spoon_2.0_foreign.deb" "-i cup_3.0_$native.deb" "-P cloth" "-r tea" "-P lonely" \
  "-i lonely_1.0_all.deb"; do
  # shellcheck disable=SC2086 # a step is several words
  dpkg_here $step
  DPKG_ADMINDIR=$work/root/var/lib/dpkg "$program" --store "sqlite:$work/history.db" \
    --log-folder "$work/log" --compare >out 2>&1 || {
    cat dpkg.out log/dpkg.log out
    echo "differs after: dpkg $step"
    exit 1
  }
done
cat out
