# What passed and what failed over all suites.

passed=0
failed=0
failures=()

# check NAME CMD…: one check, whose output is shown only when it fails.
check() {
  local name=$1 output
  shift
  say "$name"
  if output=$("$@" 2>&1); then
    passed=$((passed + 1))
  else
    printf '%s\n' "$output"
    failed=$((failed + 1))
    failures+=("$name")
  fi
}

# count_jest NAME FILE: adds what Jest wrote about a suite; a suite that wrote nothing has failed.
count_jest() {
  local name=$1 file=$2 good=0 bad=1 broken=0
  if [[ -s $file ]]; then
    read -r good bad broken < <(jq -r '[.numPassedTests, .numFailedTests, .numRuntimeErrorTestSuites] | join(" ")' "$file")
  fi
  passed=$((passed + good))
  failed=$((failed + bad + broken))
  [[ $((bad + broken)) -eq 0 ]] || failures+=("$name")
  [[ $bad -eq 0 ]] || mapfile -t -O "${#failures[@]}" failures < <(failed_tests "$name" "$file")
}

# failed_tests NAME FILE: one line for each test that failed, so that the end of a long output names it.
failed_tests() {
  [[ -s $2 ]] || return 0
  jq -r --arg suite "$1" '.testResults[].assertionResults[] | select(.status == "failed")
    | "\($suite): \(.fullName): \((.failureMessages[0] // "") | gsub("\\s+"; " ")[:800])"' "$2"
}

report() {
  local name
  for name in "${failures[@]}"; do printf '✗ %s\n' "$name"; done
  say 'done'
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [[ $failed -eq 0 ]]
}
