#!/usr/bin/env bash
# ./dev demo: builds, starts a server on this machine alone, and opens its pages. Ends with Ctrl-C.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/house.sh
source tools/house.sh

data=build/demo
kizashi=build/release/kizashi
usage="demo takes --capture FILE, --interface NAME, --port PORT or nothing"
source_lines=('scenario = "mixed"' 'speed = 4' 'times = "now"')
what="a telescope that does not exist: an hour in a quarter of one (kizashi synth mixed)"
port=8080

while [[ $# -gt 0 ]]; do
  [[ $# -ge 2 ]] || stop "$usage" 2
  case $1 in
    --capture)
      [[ -r $2 ]] || stop "$2 cannot be read"
      source_lines=("replay = [\"$(realpath "$2")\"]" 'speed = 0')
      what=$2
      ;;
    --interface)
      source_lines=("interface = \"$2\"")
      what="interface $2"
      ;;
    --port) port=$2 ;;
    *) stop "$usage" 2 ;;
  esac
  shift 2
done

need build
build release
make_places
get_engine
make_pages

# A demonstration begins anew each time.
rm -rf "$data"
mkdir -p "$data"
cat >"$data/kizashi.toml" <<TOML
[serve]
listen = ["127.0.0.1:$port"]
without_account = "everything"
flush = "5s"
[access]
requests = 100000
[sensor.demo]
$(printf '%s\n' "${source_lines[@]}")
TOML

heading "Kizashi looks at $what"
say "  http://127.0.0.1:$port        the pages; Ctrl-C ends it, $data keeps what was seen"
say "  $kizashi status --data $data/data      how it is, in another window"
if [[ -n ${DISPLAY:-}${WAYLAND_DISPLAY:-} ]] && command -v xdg-open >/dev/null; then
  (sleep 2 && xdg-open "http://127.0.0.1:$port" >/dev/null 2>&1) &
fi
exec "$kizashi" serve --config "$data/kizashi.toml" --data "$data/data"
