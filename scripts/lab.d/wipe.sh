# wipe HOST: its next boot finds a new, empty disk.

lab_wipe() {
  need_host "$@"
  take_lock
  find_host_pid "$1"
  [[ -z $host_pid ]] || fail "$1 is running" "run \"scripts/lab kill $1\" first"
  await_detached "$1"
  rm -f "$(disk_file "$1")"
  make_disk "$1"
}
