# Node only has to start pnpm: the workspace brings the Node that it is built and tested with.

install_node() {
  if has_node; then
    say "Node $(node --version) is there"
    return
  fi
  say 'installing with apt: nodejs npm'
  forbid_service_starts
  apt_install nodejs npm || fail 'cannot install Node' 'install Node 18 or newer with npx, then run this again'
  allow_service_starts
  has_node || fail "Node $(node --version 2>/dev/null) is too old or npx is missing" 'install Node 18 or newer with npx'
}

has_node() {
  local version
  command -v npx >/dev/null && version=$(node --version 2>/dev/null) || return 1
  version=${version#v}
  [[ ${version%%.*} -ge 18 ]]
}

# The version that package.json names. The lock file's copy in node_modules tells whether anything changed.
install_workspace() {
  cd "$root"
  if cmp -s pnpm-lock.yaml node_modules/.pnpm/lock.yaml && ! has_unlinked_package; then
    say 'the workspace is installed'
    return
  fi
  local pnpm
  pnpm=$(sed -n 's/.*"packageManager": "\(pnpm@[0-9.]*\)".*/\1/p' package.json)
  say "installing the workspace with $pnpm"
  npx --yes "$pnpm" install --frozen-lockfile >&2 || fail 'cannot install the workspace' "see pnpm's own words above"
}

# A package that came with a new checkout has no node_modules yet, though the lock file may look the same.
has_unlinked_package() {
  local package
  for package in packages/*/; do
    grep -q '"dependencies"\|"devDependencies"' "$package/package.json" 2>/dev/null || continue
    [[ -d ${package}node_modules ]] || return 0
  done
  return 1
}
