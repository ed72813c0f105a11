# The units of a host: Debian's docker and glusterd as they ship, and nothing that reaches beyond the host.

# Kernel, clock and terminals belong to the machine; timers and logins would only cost processor time.
masked_units=(
  systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service systemd-udevd.service
  systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket systemd-hwdb-update.service
  systemd-remount-fs.service systemd-timesyncd.service systemd-pstore.service systemd-random-seed.service
  systemd-firstboot.service systemd-repart.service systemd-networkd.service
  systemd-resolved.service systemd-journald-audit.socket systemd-pcrphase.service systemd-pcrphase-sysinit.service
  kmod-static-nodes.service modprobe@.service proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount
  sys-fs-fuse-connections.mount sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount
  dev-hugepages.mount getty.target getty@.service console-getty.service serial-getty@.service
  apt-daily.timer apt-daily-upgrade.timer cron.service e2scrub_reap.service e2scrub_all.timer fstrim.timer
  man-db.timer dpkg-db-backup.timer logrotate.timer
)

choose_units() {
  local units=$upper/etc/systemd/system unit
  for unit in "${masked_units[@]}"; do ln -s /dev/null "$units/$unit"; done
  ln -s /lib/systemd/system/multi-user.target "$units/default.target"
  mkdir "$units/multi-user.target.wants" "$units/sockets.target.wants"
  for unit in containerd docker glusterd; do
    ln -s "/lib/systemd/system/$unit.service" "$units/multi-user.target.wants/$unit.service"
  done
  ln -s /lib/systemd/system/docker.socket "$units/sockets.target.wants/docker.socket"
}

configure_daemons() {
  echo '{ "storage-driver": "overlay2" }' >"$upper/etc/docker/daemon.json"
  mkdir -p "$upper/etc/systemd/journald.conf.d"
  printf '%s\n' '[Journal]' 'Storage=persistent' 'SystemMaxUse=128M' 'ReadKMsg=no' 'Audit=no' \
    >"$upper/etc/systemd/journald.conf.d/lab.conf"
}
