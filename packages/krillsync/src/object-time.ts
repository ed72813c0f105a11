import { createHash } from 'node:crypto';
import { childAt, children, type Element, readElement, readTime, tags } from './der.ts';

/** 1.2.840.113549.1.9.5, CMS signing-time (RFC 5652, 11.3). */
const signingTimeOid = Buffer.from('2a864886f70d010905', 'hex');
const timeLimit = 2 ** 32;

/**
 * Modification time, in seconds since 1970, that RFC 9589 gives a published object, by the
 * extension of its name: certificates notBefore, CRLs thisUpdate, all else (CMS) the signing-time
 * or, without one, notBefore of the certificate inside.
 *
 * An object that cannot be read gets a time made from its content: the same on every node, and
 * another one when the content changes, else rsync's quick check would miss a change of equal size.
 */
export function objectTime(name: string, content: Buffer): number {
  const time = encodedTime(name, content);
  if (time !== undefined && time >= 0 && time < timeLimit) return time;
  return createHash('sha256').update(content).digest().readUInt32BE(0) >>> 2;
}

function encodedTime(name: string, content: Buffer): number | undefined {
  const outer = readElement(content, 0, content.length);
  if (outer?.tag !== tags.sequence) return undefined;
  if (name.endsWith('.cer')) return notBefore(content, outer);
  if (name.endsWith('.crl')) return thisUpdate(content, outer);
  return cmsTime(content, outer);
}

/** Certificate ::= { tbs { [0] version, serial, algorithm, issuer, validity { notBefore … */
function notBefore(der: Buffer, certificate: Element): number | undefined {
  const fields = sequenceAt(der, certificate, 0);
  if (!fields) return undefined;
  const hasVersion = childAt(der, fields, 0)?.tag === tags.context0;
  const validity = sequenceAt(der, fields, hasVersion ? 4 : 3);
  return validity && timeAt(der, validity, 0);
}

/** CertificateList ::= { tbs { version, algorithm, issuer, thisUpdate … */
function thisUpdate(der: Buffer, list: Element): number | undefined {
  const fields = sequenceAt(der, list, 0);
  if (!fields) return undefined;
  const hasVersion = childAt(der, fields, 0)?.tag === tags.integer;
  return timeAt(der, fields, hasVersion ? 3 : 2);
}

function sequenceAt(der: Buffer, parent: Element, index: number): Element | undefined {
  const child = childAt(der, parent, index);
  return child?.tag === tags.sequence ? child : undefined;
}

function timeAt(der: Buffer, parent: Element, index: number): number | undefined {
  const time = childAt(der, parent, index);
  return time && readTime(der, time);
}

/** ContentInfo ::= { type, [0] { SignedData { …, [0] certificates, …, signerInfos } } } */
function cmsTime(der: Buffer, contentInfo: Element): number | undefined {
  const content = childOfTag(der, contentInfo, tags.context0);
  const signedData = content && childOfTag(der, content, tags.sequence);
  if (!signedData) return undefined;
  const fields = children(der, signedData);
  const signers = fields.at(-1);
  const time = signers?.tag === tags.set ? signingTime(der, signers) : undefined;
  if (time !== undefined) return time;
  const certificates = fields.find(({ tag }) => tag === tags.context0);
  const certificate = certificates && childOfTag(der, certificates, tags.sequence);
  return certificate && notBefore(der, certificate);
}

/** SignerInfo ::= { version, sid, digest, [0] signedAttrs { { oid, SET { time } } … */
function signingTime(der: Buffer, signers: Element): number | undefined {
  const signer = childOfTag(der, signers, tags.sequence);
  // The signer may itself be named by a [0], but by a primitive one: 0x80, not 0xa0.
  const attributes = signer && childOfTag(der, signer, tags.context0);
  if (!attributes) return undefined;
  for (const attribute of children(der, attributes)) {
    const [oid, values] = children(der, attribute);
    if (!oid || !values || !signingTimeOid.equals(der.subarray(oid.start, oid.end))) continue;
    const [time] = children(der, values);
    return time && readTime(der, time);
  }
  return undefined;
}

function childOfTag(der: Buffer, parent: Element, tag: number): Element | undefined {
  for (const child of children(der, parent)) if (child.tag === tag) return child;
  return undefined;
}
