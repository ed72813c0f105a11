# Debian packages, by what they are for.

host_packages=(systemd dbus docker.io glusterfs-server glusterfs-client rsync iptables iproute2 procps kmod attr
  openssl nftables util-linux e2fsprogs)
build_packages=(mmdebstrap gcc libc6-dev make pkg-config libssl-dev binutils xz-utils ca-certificates)
test_packages=(rpki-client fort-validator jq strace curl python3 busybox-static haproxy varnish)

missing_packages=()

find_missing_packages() {
  local package
  missing_packages=()
  for package in "$@"; do
    is_installed "$package" || has_other_docker "$package" || missing_packages+=("$package")
  done
}

# Docker's own packages do as well as Debian's, and both together cannot be installed.
has_other_docker() { [[ $1 == docker.io ]] && command -v dockerd >/dev/null; }

is_installed() { [[ $'\n'$installed_packages$'\n' == *$'\n'"$1 installed"$'\n'* ]]; }

read_installed_packages() {
  installed_packages=$(dpkg-query --show --showformat '${binary:Package} ${db:Status-Status}\n' | sed 's/:[a-z0-9]* / /')
}

install_packages() {
  read_installed_packages
  find_missing_packages "${host_packages[@]}" "${build_packages[@]}" "${test_packages[@]}"
  if [[ ${#missing_packages[@]} -eq 0 ]]; then
    say 'every Debian package is there'
    return
  fi
  say "installing with apt: ${missing_packages[*]}"
  forbid_service_starts
  apt_update
  install_together || install_one_by_one
  allow_service_starts
}

# Old lists still install most things, so this is no reason to stop.
apt_update() { apt-get update -qq || say '! apt-get update failed; trying with the lists that are there'; }

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get install --yes -qq --no-remove --no-install-recommends "$@" >/dev/null
}

install_together() { apt_install "${missing_packages[@]}"; }

# One package that cannot be had must not keep the others away.
install_one_by_one() {
  local package
  for package in "${missing_packages[@]}"; do
    apt_install "$package" || say "! cannot install $package"
  done
}
