# shellcheck shell=bash
# What the commands of ./dev share. Sourced; the working directory is the root of the repository.

say() { printf '%s\n' "$*"; }
heading() { printf '\n== %s\n' "$*"; }
stop() {
  printf 'dev: %s\n' "$1" >&2
  exit "${2:-1}"
}

# --- packages -------------------------------------------------------------------------------------------

# packages_of GROUP...: the names in tools/packages.txt, without those whose command is already there.
packages_of() {
  local group name condition
  while read -r group name condition; do
    [[ " $* " == *" $group "* ]] || continue
    if [[ $condition == unless=* ]] && command -v "${condition#unless=}" >/dev/null; then continue; fi
    say "$name"
  done < <(sed -e 's/[[:space:]]*#.*//' -e '/^$/d' tools/packages.txt)
}

# need GROUP...: installs what is missing of these groups. One question to dpkg when nothing is.
need() {
  local wanted present missing
  mapfile -t wanted < <(packages_of "$@" | sort -u)
  if ! command -v dpkg-query >/dev/null; then
    say "This is no Debian system: the packages below are taken as present."
    say "  ${wanted[*]}"
    return
  fi
  present=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
    sed -n 's/ installed$//p' | sort -u || true)
  mapfile -t missing < <(comm -23 <(printf '%s\n' "${wanted[@]}") <(printf '%s\n' "$present"))
  [[ ${#missing[@]} -gt 0 ]] || return 0
  install_packages "${missing[@]}"
}

install_packages() {
  local as_root=()
  heading "Installing ${#*} Debian packages"
  say "$*" | fold -s -w 90 | sed 's/^/  /'
  [[ -z ${KIZASHI_NO_INSTALL:-} ]] || stop "these packages are missing and KIZASHI_NO_INSTALL is set"
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null ||
      stop "not root and no sudo; as root, run: apt-get install --no-install-recommends $*"
    as_root=(sudo)
    say "(sudo may ask for your password)"
  fi
  "${as_root[@]}" apt-get update -q -q ||
    say "The package lists could not be renewed; trying with those that are there."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -q -y --no-install-recommends "$@"
}

# --- build ----------------------------------------------------------------------------------------------

# ThreadSanitizer does not start where the kernel spreads addresses over 32 bits; without that spreading it does.
steady() {
  if setarch "$(uname -m)" -R true 2>/dev/null; then
    setarch "$(uname -m)" -R "$@"
  else
    "$@"
  fi
}

configure() {
  local preset=$1
  if [[ ! -f build/$preset/build.ninja || CMakePresets.json -nt build/$preset/build.ninja ]]; then
    cmake --preset "$preset" --log-level=WARNING
  fi
}

# build PRESET [TARGET...]
build() {
  local preset=$1 started=$SECONDS
  shift
  heading "Building: $preset"
  configure "$preset" && steady cmake --build --preset "$preset" ${1:+--target "$@"} &&
    say "built in $((SECONDS - started)) s"
}

# --- country and AS tables ------------------------------------------------------------------------------

# Fetches the pinned tables once and makes build/release/place.table of them. Without a registry in reach the
# house stands all the same: countries and ASes are then unknown.
make_places() {
  local from=data/place table=build/release/place.table kizashi=build/release/kizashi
  local pinned=$from/node_modules/@ip-location-db
  [[ -f $from/package-lock.json && -x $kizashi ]] || return 0
  if [[ ! -d $pinned ]]; then
    heading "Fetching the country and AS tables (npm, pinned in $from/package-lock.json)"
    (cd "$from" && npm ci --no-audit --no-fund --loglevel=error \
      --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 --fetch-timeout=60000) ||
      say "They could not be fetched: countries and ASes will be unknown. To try again: ./dev build"
    [[ -d $pinned ]] || return 0
  fi
  if [[ -f $table ]] && [[ -z $(find "$from/package-lock.json" "$from/node_modules/.package-lock.json" \
    src/recognise -newer "$table" -type f -print -quit) ]]; then
    return 0
  fi
  heading "Compiling the country and AS table"
  local version
  version=$(sed -n 's|.*"@ip-location-db/asn": "\(.*\)".*|\1|p' "$from/package.json")
  "$kizashi" place compile \
    --country "$pinned/iptoasn-country-mmdb/iptoasn-country.mmdb" \
    --asn "$pinned/asn/asn-ipv4.csv" --asn-ipv6 "$pinned/asn/asn-ipv6.csv" \
    --origin "ip-location-db $version: IPtoASN; RouteViews, NRO and DB-IP (db-ip.com), CC BY 4.0" \
    --output "$table"
}

# --- the engine of the store ----------------------------------------------------------------------------

# Puts libchdb into the user's cache, once. Without it everything but the embedded store works, and its tests say SKIPPED.
get_engine() {
  tools/get_engine.py >/dev/null ||
    say "Without it there is no embedded store; the rest works. To try again: ./dev build"
}

# --- pages ----------------------------------------------------------------------------------------------

# make_pages: web/ into build/pages, when something of it or of the API's types is newer. Without a registry in reach the
# server has its API alone.
make_pages() {
  local from=web to=build/pages
  [[ -f $from/package-lock.json ]] || return 0
  if [[ ! -f $from/node_modules/.package-lock.json || $from/package-lock.json -nt $from/node_modules/.package-lock.json ]]; then
    heading "Fetching what the pages are made with (npm, pinned in $from/package-lock.json)"
    npm ci --prefix "$from" --ignore-scripts --no-audit --no-fund --loglevel=error \
      --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 --fetch-timeout=60000 ||
      say "It could not be fetched: there will be no pages. To try again: ./dev web"
    [[ -f $from/node_modules/.package-lock.json ]] || return 0
    touch "$from/node_modules/.package-lock.json"
  fi
  if [[ -f $to/index.html ]] && [[ -z $(find "$from" docs schema/openapi.d.ts -path "$from/node_modules" -prune -o \
    -newer "$to/index.html" -type f -print -quit) ]]; then
    return 0
  fi
  heading "Making the pages: build/pages"
  (cd "$from" && npx tsc && npx vitest run --reporter=dot && npx vite build --logLevel=warn && node test/sizes.mjs)
}

# --- sources and fuzz targets ---------------------------------------------------------------------------

# C++ files that are tracked or new, not those that git ignores. A build server's checkout may belong to another user,
# which git would refuse to read.
source_files() {
  git -c safe.directory='*' ls-files --cached --others --exclude-standard -- \
    'src/*.[ch]pp' 'tests/*.[ch]pp' 'bench/*.[ch]pp' |
    while read -r file; do if [[ -f $file ]]; then say "$file"; fi; done
}

# The fuzz programs of the build, by name.
fuzz_targets() { find build/asan -maxdepth 1 -type f -name 'fuzz_*' -executable -printf '%f\n' | sort; }

# The seeds of a target: tests/corpus/STEM for the program fuzz_STEM.
corpus_of() { say "tests/corpus/${1#fuzz_}"; }

fuzz_limits=(-max_len=65536 -rss_limit_mb=2048 -timeout=10 -print_final_stats=1)

# fuzz_for SECONDS: an open search. What it finds worth keeping stays in build/fuzz/corpus.
fuzz_for() {
  local seconds=$1 target folders log
  mkdir -p build/fuzz/artifacts
  for target in $(fuzz_targets); do
    heading "Fuzzing $target for $seconds s"
    log=build/fuzz/$target.log
    folders=("build/fuzz/corpus/$target")
    mkdir -p "${folders[0]}"
    if [[ -d $(corpus_of "$target") ]]; then folders+=("$(corpus_of "$target")"); fi
    if ! "build/asan/$target" "${folders[@]}" "-max_total_time=$seconds" "${fuzz_limits[@]}" \
      "-artifact_prefix=build/fuzz/artifacts/$target-" >"$log" 2>&1; then
      grep -E 'ERROR|SUMMARY|Test unit' "$log" || true
      stop "$target failed; its input is in build/fuzz/artifacts, the report in $log"
    fi
    grep -E 'stat::(number_of_executed_units|new_units_added)' "$log" || true
  done
}
