# A host's disk: a sparse file with ext4, attached to a loop device only while the host runs.

disk_size=20G

disk_file() { printf '%s/%s/disk.img' "$LAB_DIR" "$1"; }

# The name appears only when the file system is whole, so a crash leaves no half-made disk under it.
make_disk() {
  local disk
  disk=$(disk_file "$1")
  [[ ! -e $disk ]] || return 0
  truncate -s "$disk_size" "$disk.new"
  mkfs.ext4 -q -F -m 0 -L "$1" -E nodiscard,lazy_itable_init=1,lazy_journal_init=1 "$disk.new" ||
    fail "cannot make a file system in $disk.new"
  mv "$disk.new" "$disk"
}

loops_of() { losetup --noheadings --output NAME --associated "$1" 2>/dev/null; }

is_detached() { [[ -z $(loops_of "$1") ]]; }

# The kernel detaches the loop device with the host's last mount, a moment after its last process.
await_detached() {
  local disk loop
  disk=$(disk_file "$1")
  [[ -e $disk ]] || return 0
  within 3 is_detached "$disk" && return
  for loop in $(loops_of "$disk"); do losetup --detach "$loop"; done
  within 5 is_detached "$disk" || fail "$disk is still attached to $(loops_of "$disk")"
}
