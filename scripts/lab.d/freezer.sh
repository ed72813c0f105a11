# freeze, thaw: every process of a host stops where it stands; its connections stay open and silent.

. "$lab_parts/life.sh"

lab_freeze() {
  need_host "$@"
  take_lock
  find_host_pid "$1"
  [[ -n $host_pid ]] || fail "$1 is off" "run \"scripts/lab boot $1\""
  freeze_cgroup "$1"
}

lab_thaw() {
  need_host "$@"
  take_lock
  thaw_cgroup "$1"
}

freeze_cgroup() {
  local file
  file=$(freezer_of "$1")
  case $file in
    */freezer.state)
      echo FROZEN >"$file"
      within 10 grep -qx FROZEN "$file" || waits_in_the_kernel "${file%/*}" || fail "$1 does not freeze"
      ;;
    */cgroup.freeze)
      echo 1 >"$file"
      within 10 grep -qx 'frozen 1' "${file%/*}/cgroup.events" || waits_in_the_kernel "${file%/*}" || fail "$1 does not freeze"
      ;;
    *) fail 'this machine has no cgroup freezer' ;;
  esac
}

# A call on the volume cannot be stopped before it ends, which it does not when its client has been: who waits in
# one stands still as well. All others were frozen long ago.
waits_in_the_kernel() {
  local process states=''
  while read -r process; do
    states+=$(sed 's/^.*) \(.\).*/\1/' "/proc/$process/task/"*/stat 2>/dev/null || true)
  done < <(find "$1" -name cgroup.procs -exec cat {} +)
  [[ $states == *D* ]]
}
