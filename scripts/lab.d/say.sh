# Progress goes to stderr, with the time since the command began.

say_since=${EPOCHREALTIME/[.,]/}

say() {
  local spent=$(((${EPOCHREALTIME/[.,]/} - say_since) / 100000))
  printf '  %3d.%d s  %s\n' $((spent / 10)) $((spent % 10)) "$*" >&2
}

# within SECONDS CMD…: repeats the command until it succeeds; false when time is up.
within() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < until)) || return 1
    sleep 0.1
  done
}
