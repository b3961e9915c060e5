#!/usr/bin/env bash
# Installs the package on a clean Debian, made for it and taken away again, and tries what it brings (check_install.py). The
# clean system comes from where this machine's own packages come from.
# shellcheck disable=SC2016
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/house.sh
source tools/package.sh

skip() {
  say "SKIPPED: $1"
  exit 77
}

# skip_without COMMAND...
skip_without() {
  local each
  for each in "$@"; do
    command -v "$each" >/dev/null || skip "there is no $each; ./dev package installs it"
  done
}

# The lines of a sources.list for the Debian that apt is configured for here.
debian_sources() {
  apt-get indextargets --format '$(ORIGIN) deb $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    sed -n 's/^Debian //p' | sort -u
}

[[ -n ${KIZASHI_TRY_PACKAGE:-} ]] || skip "it takes minutes; ./dev package --test does it"
skip_without mmdebstrap apt-get unshare ip python3
[[ $(id -u) -eq 0 ]] || skip "only root can make a clean system with users of its own"
unshare --mount --net true 2>/dev/null || skip "the kernel grants no mounts and networks of one's own"
package=$PWD/$(package_file)
[[ -f $package ]] || skip "there is no $package; ./dev package makes it"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
debian_sources >"$scratch/sources.list"
[[ -s $scratch/sources.list ]] || skip "apt has no list of Debian's packages; apt-get update fetches it"

# The first hook has the network, for what the package depends on; the second has a loopback of its own and nothing else.
try() {
  mmdebstrap --mode=root --variant=minbase --format=null \
    --customize-hook="copy-in $package /root" \
    --customize-hook='chroot "$1" sh -c "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends /root/*.deb"' \
    --customize-hook='cd tests/package && KIZASHI_ROOT=$1 unshare --net python3 -B -m unittest -v check_install' \
    bookworm - <"$scratch/sources.list" >"$scratch/log" 2>&1
}

# In memory: a system is a gigabyte, and dpkg waits for the disk after each file.
mkdir "$scratch/system"
export -f try
export package scratch
if ! unshare --mount bash -c 'mount -t tmpfs -o size=4g system "$scratch/system" && TMPDIR=$scratch/system try'; then
  cat "$scratch/log"
  ! grep -qE 'Failed to fetch|Could not resolve|Temporary failure resolving' "$scratch/log" || skip "the mirror was not reached"
  exit 1
fi
sed -n '/^test_/,/^OK/p' "$scratch/log"
