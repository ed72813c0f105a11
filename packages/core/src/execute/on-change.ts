/** Passes a line on only when it differs from the last one. */
export function onChange(tell: (what: string) => void): (what: string | undefined) => void {
  let last: string | undefined;
  return (what) => {
    if (what !== undefined && what !== last) tell(what);
    last = what ?? last;
  };
}
