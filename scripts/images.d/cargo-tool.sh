# shellcheck shell=bash
# Programs that Debian does not package, built with cargo once a machine.

# Prints "0.16.1" for krill, as pinned.
pinned_upstream() {
  jq -er --arg name "$1" '.upstream[$name]' "$lock"
}

rust_is_recent() {
  local version
  version=$(rustc --version 2>/dev/null | awk '{ print $2 }') || return 1
  [ "$(printf '%s\n' 1.88.0 "$version" | sort -V | head -1)" = 1.88.0 ]
}

# Prints the directory that holds the binaries of NAME at its pinned version, building them if need be.
cargo_tool() {
  local name=$1 version root building
  version=$(pinned_upstream "$name")
  root=$cache/$name-$version building=$cache/.$name-$version.building
  if [ ! -x "$root/bin/$name" ]; then
    rust_is_recent || fail "$name $version is not built yet and needs Rust 1.88 or newer" \
      "install it from https://rustup.rs, then run this again"
    say "building $name $version with cargo, once on this machine: some minutes"
    (
      flock 8
      [ -x "$root/bin/$name" ] && exit 0
      # Paths of the machine that builds have no place in what is shipped.
      RUSTFLAGS="--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo" \
        nice cargo install --locked "$name" --version "$version" --root "$building" >&2 || exit 1
      rm -rf "$root" && mv "$building" "$root"
    ) 8>"$cache/.$name.lock" || fail "cargo could not build $name $version" "read its output above"
  fi
  echo "$root/bin"
}
