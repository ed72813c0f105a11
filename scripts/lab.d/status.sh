# status: a table for people, --json for programs.

lab_status() {
  case ${1-} in
    '') status_table ;;
    --json) status_json ;;
    *) wrong_usage "status takes --json or nothing, got \"$1\"" ;;
  esac
}

# off, frozen, cut or running; frozen is said before cut.
host_state() {
  find_host_pid "$1"
  [[ -n $host_pid ]] || { echo off && return; }
  is_frozen "$1" && echo frozen && return
  is_plugged_in "$1" && echo running || echo cut
}

# Whole-host freezing shows in the pid 1's group, in both cgroup versions.
is_frozen() {
  local root group
  for root in $(cgroup_roots); do
    group=$(host_cgroup "$root" "$1")
    [[ -e $group/freezer.state && $(contents "$group/freezer.state") != THAWED ]] && return
    [[ -e $group/cgroup.freeze && $(contents "$group/cgroup.freeze") == 1 ]] && return
  done
  return 1
}

status_table() {
  local host
  printf '%-5s %-8s %-15s %-12s %s\n' host state address address pid
  for host in $(known_hosts); do
    find_host_pid "$host"
    printf '%-5s %-8s %-15s %-12s %s\n' \
      "$host" "$(host_state "$host")" "$(host_ip "$host")" "$(host_ip6 "$host")" "${host_pid:--}"
  done
}

status_json() {
  local host separator=''
  printf '{"dir":"%s","bridge":"%s","hosts":[' "$LAB_DIR" "$bridge"
  for host in $(known_hosts); do
    printf '%s' "$separator"
    host_json "$host"
    separator=,
  done
  printf ']}\n'
}

host_json() {
  local docker=null
  find_host_pid "$1"
  [[ -z $host_pid ]] || docker="\"/proc/$host_pid/root/run/docker.sock\""
  printf '{"name":"%s","ip":"%s","ip6":"%s","state":"%s","pid":%s,"docker":%s}' \
    "$1" "$(host_ip "$1")" "$(host_ip6 "$1")" "$(host_state "$1")" "${host_pid:-null}" "$docker"
}
