# shellcheck shell=bash
# The Debian file system that images stand on, made once and kept.

# Prints this machine's own apt sources for a suite and its updates, one "deb …" line each.
# Prints nothing on a machine that does not take packages from Debian.
debian_sources() {
  local suite=$1 keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
    awk -v suite="$suite" -v keyring="$keyring" \
      '$1 == "Debian" && $3 ~ "^" suite "(-|$)" { print "deb [signed-by=" keyring "] " $2, $3, $4 }' | sort -u
}

# Prints the proxy settings of this machine's apt, in the form of apt.conf.
apt_proxies() {
  apt-config dump | grep -E '^Acquire::https?::.*Proxy' || true
}

# Writes a minimal Debian of suite $1 with the packages $3 (by comma) to the archive $2.
make_base() {
  local suite=$1 archive=$2 packages=$3 scratch
  command -v mmdebstrap >/dev/null || fail "mmdebstrap is missing" "apt-get install mmdebstrap debian-archive-keyring"
  scratch=$(mktemp -d)
  debian_sources "$suite" >"$scratch/sources"
  [ -s "$scratch/sources" ] || echo "deb http://deb.debian.org/debian $suite main" >"$scratch/sources"
  apt_proxies >"$scratch/proxies"
  if ! nice mmdebstrap --variant=minbase --format=tar --aptopt="$scratch/proxies" \
    --include="$packages" --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/lintian/*' --dpkgopt='path-exclude=/usr/share/bash-completion/*' \
    --dpkgopt='path-exclude=/usr/share/zoneinfo/*' \
    --customize-hook='rm -rf "$1"/etc/apt/sources.list* "$1"/etc/apt/apt.conf.d/99mmdebstrap' \
    --customize-hook='rm -rf "$1"/usr/lib/*-linux-gnu/gconv "$1"/var/cache/* "$1"/var/log/*' \
    "$suite" "$archive.part" "$scratch/sources" >"$scratch/log" 2>&1; then
    tail -20 "$scratch/log" >&2
    fail "mmdebstrap could not make Debian $suite" "the end of its log is above"
  fi
  rm -rf "$scratch"
  mv "$archive.part" "$archive"
}
