import { XMLParser } from 'fast-xml-parser';

/** An XML element without attributes: its children by name, each name's in order. */
export type Element = { readonly [name: string]: readonly (Element | string)[] };

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  isArray: () => true,
});

/** The document as an element that has the root as its child. No error for what is no XML. */
export const parseDocument = (xml: string): Element => parser.parse(xml) as Element;

/** The elements at the end of a path of names; an empty element counts as one without children. */
export function elements(from: Element, ...path: readonly string[]): readonly Element[] {
  return path.reduce<readonly Element[]>(
    (found, name) => found.flatMap((each) => (each[name] ?? []).map(asElement)),
    [from],
  );
}

const asElement = (child: Element | string): Element => (typeof child === 'string' ? {} : child);

/** The text of the first child of this name; empty when there is none. */
export function text(element: Element, name: string): string {
  const child = element[name]?.[0];
  return typeof child === 'string' ? child : '';
}
