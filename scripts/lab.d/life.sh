# A host's life as seen from the machine: start its keeper, wait until it serves, end all of it.

start_host() {
  mkdir -p "$LAB_DIR/$1" "$LAB_DIR/shared"
  end_host "$1"
  make_disk "$1"
  await_detached "$1"
  make_cgroups "$1"
  rm -f "$LAB_DIR/$1/ended"
  start_keeper "$1"
  within 60 is_started "$1" && is_booted "$1" || fail "$1 did not start" "$(tail -3 "$LAB_DIR/$1/console.log")"
}

# In its own session, without terminal and lock, since it outlives this command. It joins its cgroup while it still
# holds the lock: so at every moment "down" finds it by one of the two.
start_keeper() (
  join_cgroups "$BASHPID" keepers
  export LAB_DIR LAB_NET LAB_NET6
  exec setsid --fork "$lab_parts/keeper" "$1" </dev/null >>"$LAB_DIR/$1/console.log" 2>&1 9>&-
)

# A host that ends while it starts leaves this file, so nobody waits for it.
is_started() { is_booted "$1" || [[ -e $LAB_DIR/$1/ended ]]; }

in_host() {
  local host=$1
  shift
  "$lab_program" exec "$host" "$@"
}

await_ready() {
  within "$ready_within_s" is_settled "$1" && within "$ready_within_s" has_daemons "$1" && return
  fail "$1 is not ready after $ready_within_s s" \
    "see: scripts/lab exec $1 systemctl --failed; scripts/lab exec $1 journalctl -b"
}

is_settled() {
  case $(in_host "$1" systemctl is-system-running --wait 2>/dev/null) in running | degraded) ;; *) return 1 ;; esac
}

has_daemons() {
  in_host "$1" sh -c 'docker version >/dev/null 2>&1 && gluster --mode=script pool list >/dev/null 2>&1'
}

# All processes at once, as when the power fails. The cable goes first: no process says good-bye to its peers.
end_host() {
  unplug "$1"
  within 20 has_no_processes "$1" || fail "cannot end the processes of $1" "left: $(host_processes "$1" | tr '\n' ' ')"
  remove_link "$(host_link "$1")"
  remove_cgroups "$1"
  rm -f "$LAB_DIR/$1/pid"
}

# Pid 1 takes everything with it. What is frozen dies only once it is thawed.
has_no_processes() {
  local left
  left=$(host_processes "$1")
  [[ -n $left ]] || return 0
  find_host_pid "$1"
  # shellcheck disable=SC2086
  kill -KILL ${host_pid:-$left} 2>/dev/null || true
  thaw_cgroup "$1"
  [[ -z $(host_processes "$1") ]]
}

freezer_of() {
  local root
  for root in $(cgroup_roots); do
    root=$(host_cgroup "$root" "$1")
    if [[ -e $root/freezer.state ]]; then echo "$root/freezer.state" && return; fi
    if [[ -e $root/cgroup.freeze ]] && has_cgroup_v2_only; then echo "$root/cgroup.freeze" && return; fi
  done
}

thaw_cgroup() {
  local file
  file=$(freezer_of "$1")
  case $file in
    */freezer.state) echo THAWED >"$file" ;;
    */cgroup.freeze) echo 0 >"$file" ;;
  esac
}
