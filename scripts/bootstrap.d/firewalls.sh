# ufw and firewalld are unpacked for the tests, not installed: firewalld would be on after the next boot.

firewall_packages=(ufw firewalld python3-firewall python3-dbus python3-nftables python3-gi python3-cap-ng
  libgirepository-1.0-1 gir1.2-glib-2.0)

unpack_firewalls() {
  local place=${XDG_CACHE_HOME:-$HOME/.cache}/krillmanager/firewalls fresh file
  [[ ! -d $place ]] || return 0
  say 'unpacking ufw and firewalld, for tests'
  mkdir -p "${place%/*}"
  fresh=$(mktemp -d "$place.XXXXXX")
  mkdir "$fresh/packages"
  # Without its sandbox: apt's own user may not come into our home.
  if (cd "$fresh/packages" && apt-get download -qq -o APT::Sandbox::User=root "${firewall_packages[@]}" >/dev/null); then
    for file in "$fresh"/packages/*.deb; do dpkg --extract "$file" "$fresh/root"; done
    # What ufw's installation script copies.
    cp "$fresh"/root/usr/share/ufw/*.{rules,init,conf} "$fresh/root/etc/ufw/"
    rm -r "$fresh/packages"
    mv -T "$fresh" "$place" 2>/dev/null || rm -r "$fresh"
  else
    rm -r "$fresh"
    say '! cannot download ufw and firewalld: their tests will fail'
  fi
}
