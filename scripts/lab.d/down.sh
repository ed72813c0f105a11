# down: no process, mount, interface, loop device, cgroup or file of this lab remains.

lab_down() {
  [[ $# -eq 0 ]] || wrong_usage 'down takes no argument'
  seize_lock
  end_hosts
  remove_links
  unmount_rest
  detach_rest
  remove_cgroups
  remove_files
  rm -f "$(lock_file)"
  say 'lab is down'
}

end_hosts() {
  local host children=() child failed=0
  end_keepers
  for host in $(known_hosts); do
    end_host "$host" &
    children+=($!)
  done
  for child in "${children[@]}"; do wait "$child" || failed=1; done
  [[ $failed -eq 0 ]] || fail 'not every host could be ended'
}

# Before the hosts, else one that reboots just now would come back.
end_keepers() {
  within 10 has_no_keepers || fail 'cannot end the keepers of the hosts' "left: $(host_processes keepers | tr '\n' ' ')"
}

has_no_keepers() {
  local left
  left=$(host_processes keepers)
  [[ -n $left ]] || return 0
  # shellcheck disable=SC2086
  kill -KILL $left 2>/dev/null || true
  [[ -z $(host_processes keepers) ]]
}

# Hosts mount inside their own namespaces only; this is for what an operator mounted by hand.
unmount_rest() {
  local path
  while read -r _ path _; do
    [[ $path != "$LAB_DIR"/* ]] || echo "$path"
  done </proc/self/mounts | sort -r | while read -r path; do umount --lazy "$path"; done
}

detach_rest() {
  within 10 has_no_loops && return
  lab_loops | while read -r loop; do losetup --detach "$loop"; done
  within 5 has_no_loops || fail "loop devices remain: $(lab_loops | tr '\n' ' ')"
}

has_no_loops() { [[ -z $(lab_loops) ]]; }

lab_loops() {
  local loop file
  losetup --noheadings --list --output NAME,BACK-FILE | while read -r loop file; do
    [[ $file != "$LAB_DIR"/* ]] || echo "$loop"
  done
}

remove_files() {
  [[ -e $LAB_DIR/lab ]] || return 0
  rm -rf --one-file-system "$LAB_DIR"/h[0-9]* "$LAB_DIR/shared"
  rm -f "$LAB_DIR/lab"
  rmdir "$LAB_DIR" 2>/dev/null || say "left in $LAB_DIR what is not the lab's"
}
