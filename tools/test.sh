# shellcheck shell=bash
# ./dev test. Sourced after tools/house.sh. Every part runs even when one before it failed; the last line is the
# sum: "N passed, N failed, N skipped".

passed=0
failed=0
skipped=0
failures=()
times=()

# part TITLE FUNCTION ARGUMENT...: one part with its heading and its time.
part() {
  local title=$1 started=$SECONDS
  shift
  heading "$title"
  "$@"
  times+=("$(printf '%5d s  %s' $((SECONDS - started)) "$title")")
  say "${times[-1]}"
}

count_failure() {
  failed=$((failed + 1))
  failures+=("$1")
  say "FAILED: $1"
}

# logged NAME COMMAND...: output goes to build/logs/NAME.log; its end is shown when the command fails.
logged() {
  local log=build/logs/$1.log
  shift
  if "$@" >"$log" 2>&1 </dev/null; then return 0; fi
  tail -n 60 "$log"
  say "(the whole log: $log)"
  return 1
}

# number_in FILE ATTRIBUTE: what the head of ctest's JUnit file says, or 0.
number_in() {
  local digits
  digits=$(sed -n "s/.*\b$2=\"\([0-9]*\)\".*/\1/p;/<testcase/q" "$1" | head -n 1)
  say "${digits:-0}"
}

# Adds what ctest wrote to the sum.
count_junit() {
  local tests fails skips
  tests=$(number_in "$1" tests)
  fails=$(number_in "$1" failures)
  skips=$(($(number_in "$1" skipped) + $(number_in "$1" disabled)))
  passed=$((passed + tests - fails - skips))
  failed=$((failed + fails))
  skipped=$((skipped + skips))
  say "$((tests - fails - skips)) passed, $fails failed, $skips skipped (build/logs/${1##*/})"
}

# tests_of PRESET TARGETS [CTEST-OPTION...]: builds the targets and runs the tests that the options choose, or all.
tests_of() {
  local preset=$1 targets=$2 junit=$PWD/build/logs/tests-$1.xml started=$SECONDS
  shift 2
  # shellcheck disable=SC2086
  if ! logged "build-$preset" build "$preset" $targets; then
    count_failure "the build of $preset"
    return 0
  fi
  if [[ $preset == release ]]; then
    make_places || count_failure "the country and AS table"
    logged web make_pages || count_failure "the pages"
    get_engine
  fi
  say "built in $((SECONDS - started)) s"
  rm -f "$junit"
  # One more than there are cores: servers and pages wait a good part of their tests.
  logged "tests-$preset" steady ctest --test-dir "build/$preset" "$@" -j $(($(nproc) + 1)) \
    --output-on-failure --output-junit "$junit" --no-tests=error || failures+=("tests of $preset")
  if [[ -s $junit ]]; then count_junit "$junit"; else count_failure "ctest of $preset gave no result"; fi
}

code_checks() {
  if logged check tools/check.py; then
    passed=$((passed + 1))
    say "1 passed"
  else
    count_failure "./dev check"
  fi
}

# Tests of the whole program that the release alone has to pass: the large streams run through no code that the others do not, what
# asks the store is skipped with sanitizers, and long answers take minutes where nothing is optimised.
not_sanitized=(
  synth.counts.{botnet,outbreak,nicter-hour,three-days,speed,speed-wide,mixed,planted,backscatter,slow-and-coordinated}
  store.{equal,kill,kill_read,kill_sketch,'house_[a-z]+',owner,statistics,dialect,get_engine} inout.{export,import,reimport}
  match.{store,sketches} api.{questions,pictures,findings,types} query.{formats,memory,messages} stats.{stats,host,filter}
  report.{report,schedule} package.{files,install} 'serve.[a-z]+' detect.{detect,evaluate} read.{report,json} discover.command
  recognise.{accuracy,learning,events,dos,campaigns,real,clock,land})

# What a saved state holds is the same with any threads: few of the tests that compare whole roads are enough for the thread sanitizer.
# Its own thread runs from the first, so that no process may give up its rights before threads.
not_for_threads='_NOT_BUILT$|^drop_rights\.|^SyntheticSource\.|^live_road\.(is_as_large|says_of_(dense|campaigns|floods))'
not_for_threads+='|^road_state\.(of_mixed|with_a_wrong_number|of_an_outbreak|of_campaigns|of_slow|has_what_went)'

# any_of NAME...: the expression that these names match, and no others.
any_of() {
  local IFS='|'
  say "^($*)\$"
}

# Two tests for each target: the replay of its corpus, and fresh inputs from a fixed seed: so many, or what ten seconds have of
# them (a whole road from a saved state takes 60 ms); ./dev fuzz goes on from there. As many targets at once as there are processors.
fuzz_replay() {
  local runs=$1 target verdict running=0
  [[ -n $(fuzz_targets) ]] || count_failure "no fuzz target was built"
  mkdir -p build/fuzz/artifacts
  rm -f build/logs/*.verdicts
  for target in $(fuzz_targets); do
    if ((running >= $(nproc))); then
      wait -n || true
    fi
    fuzz_target "$target" "$runs" >"build/logs/$target.verdicts" 2>&1 &
    running=$((running + 1))
  done
  wait
  for target in $(fuzz_targets); do
    while read -r verdict; do
      say "$verdict"
      case $verdict in
        passed:*) passed=$((passed + 1)) ;;
        SKIPPED:*) skipped=$((skipped + 1)) ;;
        FAILED:*) failed=$((failed + 1)); failures+=("${verdict#FAILED: }; the input is in build/fuzz/artifacts") ;;
      esac
    done <"build/logs/$target.verdicts"
    grep -q ^ "build/logs/$target.verdicts" || count_failure "$target said nothing"
  done
}

# fuzz_target TARGET RUNS: says "passed: NAME", "FAILED: NAME" or "SKIPPED: NAME", and of a failure the end of the log.
fuzz_target() {
  local target=$1 runs=$2 seeds scratch=build/fuzz/scratch/$1
  seeds=$(corpus_of "$target")
  rm -rf "$scratch"
  mkdir -p "$scratch"
  local options=("${fuzz_limits[@]}" -seed=1 "-artifact_prefix=build/fuzz/artifacts/$target-")
  if [[ -d $seeds ]]; then
    one_fuzz "$target-replay" "build/asan/$target" "$seeds" -runs=0 "${options[@]}"
  else
    say "SKIPPED: $target-replay: there is no $seeds"
    seeds=$scratch
  fi
  one_fuzz "$target" "build/asan/$target" "$scratch" "$seeds" "-runs=$runs" -max_total_time=10 "${options[@]}"
}

one_fuzz() {
  local name=$1
  shift
  if logged "$name" "$@"; then say "passed: $name"; else say "FAILED: $name"; fi
}

# hyparquet, which reads what archives have; without it that test says SKIPPED.
fetch_foreign_reader() {
  npm ci --prefix tests/store/parquet --ignore-scripts --no-audit --no-fund --loglevel=error >build/logs/npm.log 2>&1 ||
    say "no foreign reader of Parquet: npm could not fetch it (build/logs/npm.log)"
}

# Stores of tests go to memory where there is enough: each waits many times until a disk has written. Short, for sockets lie in it.
work_in_memory() {
  local least=$((8 << 20)) free  # KiB
  free=$(df --output=avail /dev/shm 2>/dev/null | tail -n 1)
  [[ -z ${TMPDIR:-} && -w /dev/shm && ${free:-0} -ge $least ]] || return 0
  [[ $(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo) -ge $((2 * least)) ]] || return 0
  local folder
  folder=$(mktemp -d /dev/shm/kz.XXXX)
  trap "rm -rf $folder" EXIT
  # Some systems let no program run from there, which some tests do.
  if cp "$(type -P true)" "$folder/runs" && "$folder/runs"; then export TMPDIR=$folder; fi
}

run_test() {
  local quick=
  case ${1:-} in
    '') ;;
    --quick) quick=1 ;;
    *) stop "test takes --quick or nothing, not \"$1\"" 2 ;;
  esac
  local started=$SECONDS
  need build test
  mkdir -p build/logs
  work_in_memory
  local begun=build/logs/begun
  touch "$begun"
  fetch_foreign_reader
  if [[ -n $quick ]]; then
    part "Release: build and all tests" tests_of release "all unit_tests"
  else
    # Unit tests of rooms that compute little are run once, with sanitizers.
    part "Release: build and tests" tests_of release "all release_tests" -E '_NOT_BUILT$'
    part "Checks of the code" code_checks
    part "AddressSanitizer and UndefinedBehaviorSanitizer: tests" tests_of asan "all unit_tests" -E "$(any_of "${not_sanitized[@]}")"
    part "ThreadSanitizer: tests of the rooms that use threads" tests_of tsan threads_tests -L threads \
      -E "$not_for_threads"
    part "Fuzz targets: corpora, and 20,000 inputs or ten seconds each" fuzz_replay 20000
  fi
  heading "Time"
  printf '%s\n' "${times[@]}" "$(printf '%5d s  in all' $((SECONDS - started)))"
  if [[ ${#failures[@]} -gt 0 ]]; then
    heading "Failed"
    printf '  %s\n' "${failures[@]}"
    # Here again, for between them and this stands a long list of what passed.
    find build/logs -name 'tests-*.xml' -newer "$begun" -exec tools/failed_tests.py {} +
  fi
  printf '\n%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  [[ $failed -eq 0 && ${#failures[@]} -eq 0 ]]
}
