# A host's root: the machine's / below, the host's disk above; every write is the host's own.

# Directories of real file systems: Docker's overlay2, bricks and file attributes do not work on an overlay.
disk_directories=(var/lib/docker var/lib/containerd var/lib/glusterd var/lib/krillmanager srv)

mount_disk() {
  disk=$1/disk
  mkdir -p "$disk" "$1/root"
  mount -o loop,noinit_itable "$1/disk.img" "$disk"
}

mount_root() {
  local directory
  root=$1/root
  mount -t overlay overlay -o "lowerdir=/,upperdir=$disk/upper,workdir=$disk/work,redirect_dir=on" "$root"
  for directory in "${disk_directories[@]}"; do
    mkdir -p "$root/$directory"
    mount --bind "$disk/own/$directory" "$root/$directory"
  done
}

# The checkout that this lab was started from, wherever it lies, for programs of the tests; writes are the host's own.
mount_checkout() {
  mkdir -p "$disk/checkout/upper" "$disk/checkout/work" "$root/lab/checkout"
  mount -t overlay overlay \
    -o "lowerdir=${lab_parts%/scripts/lab.d},upperdir=$disk/checkout/upper,workdir=$disk/checkout/work" "$root/lab/checkout"
}

mount_kernel_files() {
  mount -t proc proc "$root/proc"
  mount -t sysfs sysfs "$root/sys"
  mount -t tmpfs -o mode=755,size=1G tmpfs "$root/run"
  mount -t tmpfs -o mode=1777,size=8G tmpfs "$root/tmp"
  mount_cgroups
  protect_kernel
}

# Settings of the kernel that are not a network's own belong to the machine.
protect_kernel() {
  mount --bind "$root/proc/sys" "$root/proc/sys"
  mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
  own_boot_id
  mount -o remount,bind,ro "$root/proc/sys"
  [[ ! -e $root/proc/sysrq-trigger ]] || mount --bind /dev/null "$root/proc/sysrq-trigger"
  mount -o remount,bind,ro "$root/sys"
}

# Programs tell a reboot by it: the machine's stays the same.
own_boot_id() {
  cat "$root/proc/sys/kernel/random/uuid" >"$root/run/boot_id"
  chmod 444 "$root/run/boot_id"
  mount --bind "$root/run/boot_id" "$root/proc/sys/kernel/random/boot_id"
}

mount_cgroups() {
  if has_cgroup_v2_only; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
    return
  fi
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  local path kind options
  while read -r _ path kind options _; do
    case $kind in
      cgroup) mount_cgroup_v1 "${path##*/}" "$(hierarchy_of "$options")" ;;
      cgroup2) mkdir "$root/sys/fs/cgroup/unified" && mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" ;;
    esac
  done <<<"$(</proc/self/mounts)"
}

mount_cgroup_v1() {
  local controller
  mkdir "$root/sys/fs/cgroup/$1"
  mount -t cgroup -o "$2" cgroup "$root/sys/fs/cgroup/$1"
  for controller in ${1//,/ }; do
    [[ $controller == "$1" ]] || ln -s "$1" "$root/sys/fs/cgroup/$controller"
  done
}

# hierarchy_of MOUNT-OPTIONS: those that name the hierarchy: its controllers, or its name.
hierarchy_of() {
  local option wanted=''
  for option in ${1//,/ }; do
    case $option in
      name=*) wanted+=,none,$option ;;
      *) ! grep -q "^$option[[:space:]]" /proc/cgroups || wanted+=,$option ;;
    esac
  done
  echo "${wanted#,}"
}

enter_root() {
  # Containers ask for rslave, which needs a shared mount above.
  cd "$root"
  pivot_root . .
  umount --lazy .
  mount --make-rshared /
  exec </dev/null >/dev/null 2>&1
  exec env -i container=lab LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --system
}
