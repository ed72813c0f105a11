import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const rsync = 'rsync://repo.example.net/repo';
const sha256 = '2.16.840.1.101.3.4.2.1';
const dayMs = 86_400_000;

/** A trust anchor and what it publishes, made by openssl: names below `rsync`, and contents. */
export interface SignedObjects {
  readonly tal: string;
  readonly objects: ReadonlyMap<string, Buffer>;
}

/** One trust anchor with a CRL, a ROA and the manifest that lists them (RFC 6487, 6482 and 9286). */
export function signedObjects(dir: string): SignedObjects {
  mkdirSync(dir);
  const openssl = (...args: readonly string[]): Buffer =>
    execFileSync('openssl', args, { cwd: dir, stdio: ['ignore', 'pipe', 'ignore'] });
  const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
  const read = (name: string): Buffer => readFileSync(join(dir, name));
  write('openssl.conf', configuration);
  write('index.txt', '');
  write('number', '01\n');
  const config = ['-config', 'openssl.conf'];
  const newKey = (name: string) => ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`];
  const anchor = ['-x509', '-days', '30', '-subj', '/CN=ta', '-extensions', 'anchor'];
  openssl('req', ...config, ...newKey('ta'), ...anchor, '-out', 'ta.pem');
  openssl('x509', '-in', 'ta.pem', '-outform', 'DER', '-out', 'ta.cer');
  const authority = ['-keyfile', 'ta.key', '-cert', 'ta.pem', '-crlexts', 'crl', '-out', 'crl.pem'];
  openssl('ca', ...config, '-gencrl', ...authority);
  openssl('crl', '-in', 'crl.pem', '-outform', 'DER', '-out', 'ta.crl');
  const sign = (name: string, type: string, content: string, serial: string) => {
    write(`${name}.asn1`, content);
    openssl('asn1parse', '-genconf', `${name}.asn1`, '-noout', '-out', `${name}.der`);
    openssl('req', ...config, '-new', ...newKey(name), '-subj', `/CN=${name}`, '-out', 'ee.csr');
    const issue = ['-CA', 'ta.pem', '-CAkey', 'ta.key', '-set_serial', serial, '-days', '7'];
    const extensions = ['-extfile', 'openssl.conf', '-extensions', name];
    openssl('x509', '-req', '-in', 'ee.csr', ...issue, ...extensions, '-out', 'ee.pem');
    const how = ['-nodetach', '-binary', '-keyid', '-nosmimecap', '-md', 'sha256'];
    const what = ['-in', `${name}.der`, '-econtent_type', type, '-outform', 'DER'];
    const by = ['-signer', 'ee.pem', '-inkey', `${name}.key`, '-out', `${name}.cms`];
    openssl('cms', '-sign', ...how, ...what, ...by);
    return read(`${name}.cms`);
  };
  const roa = sign('roa', '1.2.840.113549.1.9.16.1.24', roaContent, '2');
  const listed = new Map([
    ['a.roa', roa],
    ['ta.crl', read('ta.crl')],
  ]);
  const manifest = sign('mft', '1.2.840.113549.1.9.16.1.26', manifestContent(listed), '3');
  write('pub.pem', openssl('x509', '-in', 'ta.pem', '-noout', '-pubkey').toString());
  const key = openssl('pkey', '-pubin', '-in', 'pub.pem', '-outform', 'DER').toString('base64');
  return {
    tal: `${rsync}/ta.cer\n\n${key}\n`,
    objects: new Map([
      [`${rsync}/ta.cer`, read('ta.cer')],
      [`${rsync}/ca/ta.mft`, manifest],
      ...[...listed].map(([name, bytes]) => [`${rsync}/ca/${name}`, bytes] as const),
    ]),
  };
}

const ofSignedObject = (name: string): string => `
keyUsage=critical,digitalSignature
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
certificatePolicies=critical,1.3.6.1.5.5.7.14.2
crlDistributionPoints=URI:${rsync}/ca/ta.crl
authorityInfoAccess=caIssuers;URI:${rsync}/ta.cer
subjectInfoAccess=1.3.6.1.5.5.7.48.11;URI:${rsync}/ca/${name}`;

const configuration = `
[req]
distinguished_name=name
[name]
[ca]
default_ca=d
[d]
database=index.txt
crlnumber=number
default_md=sha256
default_crl_days=7
[crl]
authorityKeyIdentifier=keyid
[anchor]
basicConstraints=critical,CA:true
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
certificatePolicies=critical,1.3.6.1.5.5.7.14.2
subjectInfoAccess=1.3.6.1.5.5.7.48.5;URI:${rsync}/ca/,1.3.6.1.5.5.7.48.10;URI:${rsync}/ca/ta.mft
sbgp-ipAddrBlock=critical,IPv4:192.0.2.0/24
sbgp-autonomousSysNum=critical,AS:64500
[roa]${ofSignedObject('a.roa')}
sbgp-ipAddrBlock=critical,IPv4:192.0.2.0/24
[mft]${ofSignedObject('ta.mft')}
sbgp-ipAddrBlock=critical,IPv4:inherit
sbgp-autonomousSysNum=critical,AS:inherit
`;

const roaContent = `asn1=SEQUENCE:roa
[roa]
as=INTEGER:64500
blocks=SEQUENCE:blocks
[blocks]
ipv4=SEQUENCE:family
[family]
number=FORMAT:HEX,OCTETSTRING:0001
addresses=SEQUENCE:addresses
[addresses]
one=SEQUENCE:address
[address]
prefix=FORMAT:HEX,BITSTRING:C00002
`;

function manifestContent(files: ReadonlyMap<string, Buffer>): string {
  const time = (ms: number) => new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, '');
  const entries = [...files].map(
    ([name, bytes], n) => `[f${n}]
name=IA5STRING:${name}
hash=FORMAT:HEX,BITSTRING:${createHash('sha256').update(bytes).digest('hex')}
`,
  );
  return `asn1=SEQUENCE:manifest
[manifest]
number=INTEGER:1
this=GENTIME:${time(Date.now() - 60_000)}
next=GENTIME:${time(Date.now() + dayMs)}
algorithm=OID:${sha256}
files=SEQUENCE:files
[files]
${entries.map((_, n) => `f${n}=SEQUENCE:f${n}`).join('\n')}
${entries.join('')}`;
}
