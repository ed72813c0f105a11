# What a host is called, where its things are and in which state it is.

check_host() {
  [[ ${1-} =~ ^h([1-9][0-9]?)$ && ${BASH_REMATCH[1]} -le $max_hosts ]] ||
    wrong_usage "a host is h1 to h$max_hosts, got \"${1-}\""
}

# An existing host, or the end.
need_host() {
  check_host "${1-}"
  [[ $# -eq 1 ]] || wrong_usage "only one host, got \"$*\""
  [[ -d $LAB_DIR/$1 ]] || fail "there is no host $1 in $LAB_DIR" 'run "scripts/lab up N" first'
}

host_dir() { printf '%s/%s' "$LAB_DIR" "$1"; }
host_ip() { printf '%s.%s' "$LAB_NET" "${1#h}"; }
host_ip6() { printf '%s%s' "$LAB_NET6" "${1#h}"; }
host_link() { printf 'km%s%s' "$lab_id" "$1"; }

# Sets host_pid to the machine's pid of the host's pid 1, or to nothing.
# The file survives crashes, so the process must also be in the host's cgroup.
find_host_pid() {
  local pid groups
  host_pid=
  pid=$(contents "$LAB_DIR/$1/pid")
  [[ -n $pid ]] || return 0
  groups=$(contents "/proc/$pid/cgroup")
  [[ $groups$'\n' == *"/$lab_cgroup/$1"[/$'\n']* ]] || return 0
  host_pid=$pid
}

# True once the start script has done its last act, which is to become systemd.
is_booted() {
  find_host_pid "$1"
  [[ -n $host_pid && $(contents "/proc/$host_pid/comm") == systemd ]]
}

# Every host that left any trace: a directory or a cgroup.
known_hosts() {
  local root path
  {
    for path in "$LAB_DIR"/h[0-9]*; do [[ ! -d $path ]] || echo "${path##*/}"; done
    for root in $(cgroup_roots); do
      for path in "$root/$lab_cgroup"/h[0-9]*; do [[ ! -d $path ]] || echo "${path##*/}"; done
    done
  } | sort -u -V
}
