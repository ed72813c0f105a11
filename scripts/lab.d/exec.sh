# exec HOST CMD…: in all of the host's namespaces and in its cgroup. Called often, so it starts no process before.
# Whoever ends exec ends the command in the host with it: setpriv asks the kernel for that.

lab_exec() {
  check_host "${1-}"
  local host=$1
  shift
  [[ ${1-} != -- ]] || shift
  [[ $# -gt 0 ]] || wrong_usage 'exec needs a command'
  find_host_pid "$host"
  [[ -n $host_pid ]] || refuse_exec "$host is off" "run \"scripts/lab boot $host\""
  enter_cgroups "$host" || refuse_exec "cannot join the cgroup of $host"
  cd /
  exec env -i HOME=/root USER=root LOGNAME=root SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /usr/bin/nsenter --target "$host_pid" --mount --uts --ipc --net --pid --cgroup -- \
    setpriv --pdeathsig KILL -- "$@"
}

refuse_exec() {
  printf '✗ lab: %s\n' "$1" >&2
  [[ -z ${2-} ]] || printf '  %s\n' "$2" >&2
  exit 125
}

# A frozen host would freeze us too, so it says so instead of hanging.
enter_cgroups() {
  local path kind group
  while read -r _ path kind _; do
    [[ $kind == cgroup || $kind == cgroup2 ]] || continue
    group=$path/$lab_cgroup/$1
    refuse_frozen "$1" "$group"
    [[ $path != /sys/fs/cgroup ]] || { group+=/exec && { [[ -d $group ]] || mkdir "$group"; }; }
    echo $$ >"$group/cgroup.procs" || return 1
  done </proc/self/mounts
}

refuse_frozen() {
  local file
  for file in "$2/freezer.state" "$2/cgroup.freeze"; do
    [[ -e $file ]] || continue
    case $(contents "$file") in FROZEN | FREEZING | 1) refuse_exec "$1 is frozen" "run \"scripts/lab thaw $1\"" ;; esac
  done
}
