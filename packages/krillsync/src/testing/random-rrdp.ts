import fc from 'fast-check';

export type Kind = 'snapshot' | 'delta';
export const promised = { session: '9df4b597-af9e-4dca-bdda-719cce2c4e28', serial: 1 };

/** What a document says, and what has to come out of the scanner. */
export interface Sound {
  readonly kind: Kind;
  readonly text: string;
  /** An object a line: its path, and its content or the hash of what goes. */
  readonly says: readonly string[];
}

interface Element {
  readonly text: string;
  readonly says: string;
}

const hash = '0123456789abcdef'.repeat(4);
const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);
const gap = fc.stringMatching(/^[ \t\r\n]{1,3}$/);
const quote = fc.constantFrom('"', "'");
const path = fc.stringMatching(/^[a-z0-9]{1,4}(\/[A-Za-z0-9_-]{1,8}){0,3}\.(roa|mft|cer|crl)$/);
const content = fc.uint8Array({ maxLength: 90 }).map((bytes) => Buffer.from(bytes));
const comment = fc
  .oneof(
    fc.constant('<publish uri="rsync://h/m/a.roa">'),
    fc.stringMatching(/^[a-z <>"=/&!?]{0,20}$/),
  )
  .map((text) => `<!--${text}-->`);
const between = fc.oneof({ weight: 5, arbitrary: space }, { weight: 1, arbitrary: comment });

const attribute = (name: string, value: string) =>
  fc.tuple(gap, space, space, quote).map(([a, b, c, q]) => `${a}${name}${b}=${c}${q}${value}${q}`);

/** As nearly all servers write it, and as the standard allows it besides. */
function publish(of: string, bytes: Buffer, replaces: boolean): fc.Arbitrary<Element> {
  const uri = `rsync://h/m/${of}`;
  const says = `${of} ${bytes.toString('hex')}${replaces ? ` for ${hash}` : ''}`;
  const base64 = bytes.toString('base64');
  const more = replaces ? ` hash="${hash}"` : '';
  const usual = fc.constant(`<publish uri="${uri}"${more}>${base64}</publish>`);
  const body = fc
    .tuple(space, space, fc.nat({ max: base64.length }))
    .map(([a, b, at]) => `${a}${base64.slice(0, at)}${b}${base64.slice(at)}${a}`);
  const free = fc
    .tuple(attribute('uri', uri), replaces ? attribute('hash', hash) : fc.constant(''), space, body)
    .map(([a, b, end, text]) => `<publish${b}${a}${end}>${text}</publish${end}>`);
  return fc.oneof(usual, free).map((text) => ({ text, says }));
}

const withdraw = (of: string): fc.Arbitrary<Element> =>
  fc
    .tuple(attribute('uri', `rsync://h/m/${of}`), attribute('hash', hash), space, fc.boolean())
    .map(([uri, old, end, isEmpty]) => ({
      text: `<withdraw${uri}${old}${end}${isEmpty ? '/>' : `>${end}</withdraw>`}`,
      says: `${of} withdrawn ${hash}`,
    }));

const element = (kind: Kind): fc.Arbitrary<Element> => {
  const published = fc
    .tuple(path, content, kind === 'delta' ? fc.boolean() : fc.constant(false))
    .chain(([of, bytes, replaces]) => publish(of, bytes, replaces));
  return kind === 'delta' ? fc.oneof(published, path.chain(withdraw)) : published;
};

const root = (kind: Kind) => {
  const attributes = [
    attribute('xmlns', 'http://www.ripe.net/rpki/rrdp'),
    attribute('version', '1'),
    attribute('session_id', promised.session),
    attribute('serial', String(promised.serial)),
  ];
  return fc
    .tuple(fc.tuple(...attributes), space, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }))
    .map(([texts, end, order]) => `<${kind}${order.map((i) => texts[i]).join('')}${end}>`);
};

/** Documents as RFC 8182, 3.5 allows them. */
export const sound = (kind: Kind): fc.Arbitrary<Sound> =>
  fc
    .tuple(
      fc.constantFrom('', '<?xml version="1.0" encoding="US-ASCII"?>', "<?xml version='1.0'?>"),
      between,
      root(kind),
      fc.array(fc.tuple(between, element(kind)), { maxLength: 12 }),
      between,
    )
    .map(([declaration, before, opening, elements, after]) => {
      const inner = elements.map(([gap, { text }]) => gap + text).join('');
      const text = `${declaration}${before}${opening}${inner}${after}</${kind}>${after}`;
      return { kind, text, says: elements.map(([, { says }]) => says) };
    });

/** Pieces of RRDP and what has no place in it. */
const rubbish = fc.oneof(
  fc.constantFrom(
    `<snapshot xmlns="http://www.ripe.net/rpki/rrdp" version="1" session_id="${promised.session}" serial="1">`,
    '</snapshot>',
    '<publish uri="rsync://h/m/a.roa">',
    '<publish uri="rsync://h/m/../a.roa">',
    '<publish',
    '</publish>',
    '<withdraw uri="rsync://h/m/a.roa"',
    'QUJD',
    '====',
    '<!--',
    '-->',
    '<?xml version="1.0"?>',
    '<!DOCTYPE x [<!ENTITY e "e">]>',
    '<![CDATA[',
    ']]>',
    '&lt;',
    '<',
    '>',
    '"',
    '/>',
    '=',
    ' ',
    '\n',
  ),
  fc.string({ unit: 'binary-ascii', maxLength: 8 }),
  fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

interface Damage {
  readonly at: number;
  readonly length: number;
  readonly text: string;
}

const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat({ max: 2000 }),
  length: fc.oneof(fc.constant(0), fc.nat({ max: 8 }), fc.nat({ max: 400 })),
  text: fc.oneof(fc.constant(''), rubbish),
});

/** Something is cut out, put in, or there twice. */
const damaged = ({ text }: Sound, damages: readonly Damage[], twice: readonly [number, number]) => {
  const [from, length] = twice;
  const start = from % (text.length + 1);
  const repeated = text.slice(0, start + length) + text.slice(start);
  return damages.reduce((whole, one) => {
    const at = one.at % (whole.length + 1);
    return whole.slice(0, at) + one.text + whole.slice(at + one.length);
  }, repeated);
};

/** Documents that are sound, nearly so, or nothing at all; one character is one byte. */
export const anything = (kind: Kind): fc.Arbitrary<string> =>
  fc.oneof(
    fc.array(rubbish, { maxLength: 25 }).map((pieces) => pieces.join('')),
    fc
      .tuple(
        sound(kind),
        fc.array(damage, { maxLength: 3 }),
        fc.tuple(fc.nat({ max: 2000 }), fc.oneof(fc.constant(0), fc.nat({ max: 300 }))),
      )
      .map(([document, damages, twice]) => damaged(document, damages, twice)),
  );
