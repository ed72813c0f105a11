# Cable and power switch of one host.

lab_cut() {
  need_host "$@"
  take_lock
  unplug "$1"
}

lab_join() {
  need_host "$@"
  take_lock
  has_link "$(host_link "$1")" || fail "$1 is off" "run \"scripts/lab boot $1\""
  plug_in "$1"
}

lab_kill() {
  need_host "$@"
  take_lock
  end_host "$1"
  await_detached "$1"
}

lab_boot() {
  need_host "$@"
  take_lock
  find_host_pid "$1"
  [[ -z $host_pid ]] || fail "$1 is running already"
  make_bridge
  start_host "$1"
  await_ready "$1"
  say "$1 is up"
}

lab_reboot() {
  need_host "$@"
  take_lock
  find_host_pid "$1"
  local before=$host_pid
  [[ -n $before ]] || fail "$1 is off" "run \"scripts/lab boot $1\""
  # The host may be gone before systemctl has its answer.
  in_host "$1" systemctl --no-block reboot 2>/dev/null || true
  within "$ready_within_s" is_booted_anew "$1" "$before" || fail "$1 did not come back" "see $LAB_DIR/$1/console.log"
  await_ready "$1"
  say "$1 is up again"
}

is_booted_anew() { is_booted "$1" && [[ $host_pid != "$2" ]]; }
