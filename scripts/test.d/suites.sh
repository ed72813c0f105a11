# One function a suite.

pnpm() { npx --yes pnpm@12.21.0 "$@"; }

export NODE_OPTIONS='--experimental-vm-modules --disable-warning=ExperimentalWarning'

suite_format() { check format pnpm run format; }
suite_lint() { check 'lint and import boundaries' pnpm run lint; }
suite_types() { check types pnpm run types; }
suite_unused() { check 'unused code' pnpm run unused; }

suite_scripts() {
  local file
  while read -r file; do check "syntax of $file" bash -n "$file"; done < <(shell_files)
}

shell_files() {
  git ls-files scripts docker .ci | while read -r file; do
    if [[ $file == *.sh ]] || head -1 "$file" | grep -q '^#!.*bash'; then printf '%s\n' "$file"; fi
  done
}

suite_unit() {
  say 'unit and contract'
  pnpm exec jest --json --outputFile="$results/unit.json"
  count_jest unit "$results/unit.json"
}

# Each suite alone: two labs at once would slow each other beyond their deadlines.
suite_lab() {
  local file name
  check 'build of the release' scripts/build
  # Once on a machine: minutes, which no test has.
  check 'build of a validator' scripts/cargo-tool routinator
  while read -r file; do
    name=$(basename "$file" .lab.test.ts)
    say "lab: $name"
    KRILLMANAGER_LAB=1 pnpm exec jest --json --outputFile="$results/$name.json" "$file"
    count_jest "lab: $name" "$results/$name.json"
  done < <(lab_suites)
}

lab_suites() {
  git ls-files 'packages/*.lab.test.ts' | if [[ ${KRILLMANAGER_FULL:-} == 1 ]]; then cat; else grep -v '\.full\.lab\.test\.ts$'; fi
}
