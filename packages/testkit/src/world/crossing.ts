/** What stands at every call of a port: it may wait, throw before the call, or throw after it. */
export type Crossing = <T>(call: string, through: () => Promise<T>) => Promise<T>;

/** The ports with a crossing before each of their methods; a clock's `now` is no call. */
export function across<P extends object>(ports: P, crossing: Crossing): P {
  const entries = Object.entries(ports).map(([name, port]: [string, unknown]) =>
    typeof port === 'object' && port !== null && !Array.isArray(port)
      ? [name, acrossOne(name, port, crossing)]
      : [name, port],
  );
  return Object.fromEntries(entries) as P;
}

const acrossOne = (name: string, port: object, crossing: Crossing): object =>
  new Proxy(port, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== 'function') return member;
      const through = (...words: unknown[]): unknown => Reflect.apply(member, target, words);
      if (key === 'now') return through;
      return (...words: unknown[]) =>
        crossing(`${name}.${String(key)}`, async () => through(...words));
    },
  });

/** Calls that look, by the last part of their name; all others may change something. */
const looks =
  /\.(membership|nodes|services|joinToken|version|peers|volume|onlineBricks|healPending|state|read|list|named|isActive|facts|status|inspect|sleep|info|singletons|missingImages)$/;

export const changes = (call: string): boolean => !looks.test(call);
