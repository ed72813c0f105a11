# up N: hosts h1 to hN run, whatever was there before.

lab_up() {
  [[ $# -eq 1 && $1 =~ ^[1-9][0-9]?$ && $1 -le $max_hosts ]] || wrong_usage "up takes a number from 1 to $max_hosts"
  check_machine
  check_directory
  take_lock
  make_bridge
  raise_hosts "$1"
  say "lab is up: $1 hosts, $LAB_NET.1 to $LAB_NET.$1 (try: scripts/lab exec h1 docker info)"
}

check_machine() {
  local program missing=()
  for program in dockerd glusterd gluster /lib/systemd/systemd mkfs.ext4 losetup unshare nsenter ip iptables setfattr flock; do
    command -v "$program" >/dev/null || missing+=("$program")
  done
  [[ ${#missing[@]} -eq 0 ]] || fail "this machine lacks: ${missing[*]}" 'run scripts/bootstrap'
}

# "down" removes this directory, so it must be ours from the beginning.
check_directory() {
  local marker=$LAB_DIR/lab
  if [[ -d $LAB_DIR && ! -e $marker && -n $(ls -A "$LAB_DIR") ]]; then
    fail "$LAB_DIR is not empty and not a lab" 'choose another LAB_DIR'
  fi
  mkdir -p "$LAB_DIR"
  chmod 755 "$LAB_DIR"
  echo "$LAB_NET $LAB_NET6" >"$marker"
}

raise_hosts() {
  local n children=() child failed=0
  for ((n = 1; n <= $1; n++)); do
    raise_host "h$n" &
    children+=($!)
  done
  for child in "${children[@]}"; do wait "$child" || failed=1; done
  [[ $failed -eq 0 ]] || fail 'not every host came up' 'run the same command again, or "scripts/lab down"'
}

raise_host() {
  local what='was running'
  if ! is_booted "$1"; then
    what=started
    start_host "$1"
  fi
  thaw_cgroup "$1"
  plug_in "$1"
  await_ready "$1"
  say "$1 $what: $(host_ip "$1") $(host_ip6 "$1")"
}
