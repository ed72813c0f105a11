# What a new host finds on its disk, before its first boot: its own names, configuration and set of units.

# furnish DISK HOST: does it once a disk; a crash in the middle begins again.
furnish() {
  local done=$1/furnished
  [[ ! -e $done ]] || return 0
  rm -rf "$1/upper" "$1/work" "$1/own"
  upper=$1/upper
  mkdir -p "$upper" "$1/work"
  hide_machine
  name_host "$2"
  own_directories "$1/own"
  choose_units
  configure_daemons
  sync --file-system "$1"
  touch "$done"
}

# fresh DIR [MODE]: in the host this directory holds nothing of the machine's.
fresh() {
  mkdir -p "$upper/$1"
  setfattr -n trusted.overlay.opaque -v y "$upper/$1"
  chmod "${2:-755}" "$upper/$1"
}

# What this machine runs, keeps or knows for itself is not a host's business.
hide_machine() {
  fresh root 700
  fresh home
  fresh var/tmp 1777
  fresh var/log
  fresh var/cache
  fresh var/spool
  fresh etc/docker
  fresh etc/krillmanager
  fresh opt/krillmanager
  fresh etc/systemd/system
  local level
  for level in 0 1 2 3 4 5 6 S; do fresh "etc/rc$level.d"; done
  case $LAB_DIR in /var/tmp/* | /root/* | /home/* | /tmp/* | /run/*) ;; *) fresh "${LAB_DIR#/}" ;; esac
  mkdir -p "$upper"/var/log/{apt,glusterfs,journal} "$upper"/var/cache/{apt/archives/partial,ldconfig}
  mkdir -p "$upper/var/spool/cron"
  cp -a /etc/skel/. "$upper/root/"
  : >"$upper/etc/fstab"
  hide_commands
  hide_geo_replication
}

# A machine that runs the product itself must not lend its version to the hosts.
hide_commands() {
  local command
  for command in krillmanager krillc krillsync open-cluster-ports; do
    [[ -e /usr/local/sbin/$command || -L /usr/local/sbin/$command ]] || continue
    mkdir -p "$upper/usr/local/sbin"
    mknod "$upper/usr/local/sbin/$command" c 0 0
  done
}

# glusterd configures it at every start with some forty Python processes: seconds of all processors, for nothing.
hide_geo_replication() {
  local program
  for program in /usr/lib/*/glusterfs/gsyncd; do
    [[ -e $program ]] || continue
    mkdir -p "$upper${program%/*}"
    mknod "$upper$program" c 0 0
  done
}

# Public names are this host's own, as on a server behind a DNS name with several addresses.
name_host() {
  local ip ip6 public='krill.lab rrdp.lab rsync.lab'
  ip=$(host_ip "$1")
  ip6=$(host_ip6 "$1")
  echo "$1" >"$upper/etc/hostname"
  printf '%s\n' '127.0.0.1 localhost' '::1 localhost ip6-localhost ip6-loopback' \
    "$ip $1 $public" "$ip6 $1 $public" >"$upper/etc/hosts"
  # Nothing listens there: a lookup is refused at once instead of hanging.
  printf '%s\n' 'nameserver 127.0.0.1' 'options timeout:1 attempts:1' >"$upper/etc/resolv.conf"
  tr -d - </proc/sys/kernel/random/uuid >"$upper/etc/machine-id"
}

# own_directories DIR: the parts of the disk that are not below the overlay.
own_directories() {
  local directory
  for directory in "${disk_directories[@]}"; do mkdir -p "$1/$directory"; done
  chmod 711 "$1/var/lib/docker" "$1/var/lib/containerd"
  # As a package leaves it: glusterd's groups and hooks, without the machine's own identity.
  for directory in groups hooks; do
    [[ ! -d /var/lib/glusterd/$directory ]] || cp -a "/var/lib/glusterd/$directory" "$1/var/lib/glusterd/"
  done
}
