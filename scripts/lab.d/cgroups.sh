# One group per host in every hierarchy of the machine (cgroup v1), or in the one there is (v2).

# Mount points of all hierarchies, one a line.
cgroup_roots() {
  local path kind rest
  while read -r _ path kind rest; do
    [[ $kind != cgroup && $kind != cgroup2 ]] || echo "$path"
  done </proc/self/mounts | sort -u
}

has_cgroup_v2_only() { [[ -e /sys/fs/cgroup/cgroup.controllers ]]; }

# host_cgroup ROOT HOST: the group whose members are the host's own cgroup root.
host_cgroup() { printf '%s/%s/%s' "$1" "$lab_cgroup" "$2"; }

make_cgroups() {
  local root
  for root in $(cgroup_roots); do
    make_cgroup "$root" "$lab_cgroup"
    make_cgroup "$root" "$lab_cgroup/keepers"
    make_cgroup "$root" "$lab_cgroup/$1"
  done
}

make_cgroup() {
  local group=$1/$2
  has_cgroup_v2_only && enable_controllers "${group%/*}"
  mkdir -p "$group"
  [[ -e $group/cpuset.cpus && -e $group/cgroup.clone_children ]] && inherit_cpuset "$group"
  return 0
}

# Version 1 starts a group without any processor and refuses processes until it has some.
inherit_cpuset() {
  local parent=${1%/*} field
  for field in cpuset.cpus cpuset.mems; do
    [[ -n $(contents "$1/$field") ]] || cat "$parent/$field" >"$1/$field"
  done
}

enable_controllers() {
  local controller
  # One by one, since a machine may refuse some (cpu, while it has real-time processes).
  for controller in $(contents "$1/cgroup.controllers"); do
    echo "+$controller" 2>/dev/null >"$1/cgroup.subtree_control" || true
  done
}

# join_cgroups PID HOST [LEAF]: version 2 allows processes only in a leaf once systemd runs in the group.
join_cgroups() {
  local root group
  for root in $(cgroup_roots); do
    group=$(host_cgroup "$root" "$2")${3:+/$3}
    mkdir -p "$group"
    echo "$1" >"$group/cgroup.procs"
  done
}

# Machine's pids of everything in the host, from every hierarchy.
host_processes() {
  local root
  for root in $(cgroup_roots); do
    [[ ! -d $(host_cgroup "$root" "$1") ]] || processes_under "$(host_cgroup "$root" "$1")"
  done | sort -u -n
}

processes_under() {
  find "$1" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

remove_cgroups() {
  local root
  for root in $(cgroup_roots); do remove_tree "$root/$lab_cgroup${1:+/$1}"; done
}

# A group can only be removed by rmdir, children first; one whose process just ended may be busy for a moment.
remove_tree() {
  local tries
  for ((tries = 0; tries < 50; tries++)); do
    [[ -d $1 ]] || return 0
    find "$1" -depth -type d -exec rmdir {} \; 2>/dev/null || true
    [[ ! -d $1 ]] || sleep 0.1
  done
  fail "cannot remove the cgroup $1" "processes in it: $(processes_under "$1" | tr '\n' ' ')"
}
