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
      within 10 grep -qx FROZEN "$file" || fail "$1 does not freeze"
      ;;
    */cgroup.freeze)
      echo 1 >"$file"
      within 10 grep -qx 'frozen 1' "${file%/*}/cgroup.events" || fail "$1 does not freeze"
      ;;
    *) fail 'this machine has no cgroup freezer' ;;
  esac
}
