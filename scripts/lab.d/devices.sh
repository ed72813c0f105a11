# A host's /dev: what Docker, FUSE and a shell need. No disk of the machine, no kernel log, no console.

make_devices() {
  mount -t tmpfs -o mode=755,size=1M tmpfs "$root/dev"
  make_device null 1 3
  make_device zero 1 5
  make_device full 1 7
  make_device random 1 8
  make_device urandom 1 9
  make_device tty 5 0
  make_device fuse 10 229
  mkdir "$root"/dev/{pts,shm,mqueue}
  mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts "$root/dev/pts"
  mount -t tmpfs -o mode=1777,size=1G tmpfs "$root/dev/shm"
  ln -s pts/ptmx "$root/dev/ptmx"
  ln -s /proc/self/fd "$root/dev/fd"
  ln -s /proc/self/fd/0 "$root/dev/stdin"
  ln -s /proc/self/fd/1 "$root/dev/stdout"
  ln -s /proc/self/fd/2 "$root/dev/stderr"
}

make_device() { mknod -m 666 "$root/dev/$1" c "$2" "$3"; }

# Even a node made with mknod opens no disk. Making nodes stays allowed: Docker hands that on to containers.
# Cgroup version 2 has no such file; there a host can reach a disk, but only on purpose.
deny_block_devices() {
  local path
  for path in $(cgroup_roots); do
    path=$(host_cgroup "$path" "$host")/devices.deny
    [[ ! -e $path ]] || echo 'b *:* rw' >"$path"
  done
}
