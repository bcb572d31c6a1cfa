import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { type Certificate, parseCertificate, SigningKey } from '../../src/crypto/index.ts';

/*
 * Makes certificates, good and bad ones. Written apart from the reader in src/crypto/x509, from RFC 5280 and X.690, so
 * that a mistake in one is not made in the other.
 */

/** DER of one element. */
export function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const length =
    size < 0x80
      ? [size]
      : size < 0x100
        ? [0x81, size]
        : size < 0x10000
          ? [0x82, size >> 8, size & 0xff]
          : [0x83, size >> 16, (size >> 8) & 0xff, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);

/** DER of an object identifier. */
function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((part) => {
    const groups = [part & 0x7f];
    for (let left = Math.floor(part / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from(bytes));
}

const TRUE = der(0x01, Buffer.from([0xff]));
const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');

/** A distinguished name of one or more common names. */
export function distinguishedName(...commonNames: readonly string[]): Buffer {
  return sequence(
    ...commonNames.map((name) => der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(name, 'utf8'))))),
  );
}

/** One extension around its value. */
export function extension(id: string, value: Uint8Array, isCritical = false): Buffer {
  return sequence(oid(id), ...(isCritical ? [TRUE] : []), der(0x04, value));
}

const USAGE_BITS = { digitalSignature: 0, certSign: 5, crlSign: 6 } as const;

function keyUsage(usages: readonly (keyof typeof USAGE_BITS)[]): Buffer {
  const byte = usages.reduce((bits, usage) => bits | (0x80 >> USAGE_BITS[usage]), 0);
  const unused = 7 - Math.max(...usages.map((usage) => USAGE_BITS[usage]));
  return extension('2.5.29.15', der(0x03, Buffer.from([unused, byte])), true);
}

export const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

/** A name constraint: the kind of name by its tag. */
export interface Subtree {
  readonly tag: number;
  readonly value: Uint8Array;
}

export const EMAIL = 0x81;
export const DNS = 0x82;
export const URI = 0x86;
export const DIRECTORY = 0xa4;
export const IP = 0x87;

export interface CertificateRequest {
  readonly subject: string | Buffer;
  readonly key: KeyObject;
  readonly issuer?: Issued;
  readonly from?: string;
  readonly until?: string;
  /** Default: a code signer's certificate. */
  readonly isCa?: boolean;
  readonly pathLength?: number;
  readonly usages?: readonly (keyof typeof USAGE_BITS)[] | null;
  readonly purposes?: readonly string[] | null;
  readonly names?: readonly Subtree[];
  readonly permitted?: readonly Subtree[];
  readonly excluded?: readonly Subtree[];
  readonly extensions?: readonly Uint8Array[];
  readonly version?: number;
  readonly digest?: 'sha1' | 'sha256' | 'sha384' | 'sha512';
  /** Signs with this key instead of the issuer's. */
  readonly signWith?: KeyObject;
  readonly authorityKeyId?: Uint8Array;
  readonly keyId?: Uint8Array;
}

/** A certificate with the private key to it. */
export interface Issued {
  readonly certificate: Certificate;
  readonly key: KeyObject;
  readonly name: Buffer;
}

const ALGORITHMS: Readonly<Record<string, Buffer>> = {
  'ec sha256': sequence(oid('1.2.840.10045.4.3.2')),
  'ec sha384': sequence(oid('1.2.840.10045.4.3.3')),
  'ec sha512': sequence(oid('1.2.840.10045.4.3.4')),
  'ec sha1': sequence(oid('1.2.840.10045.4.1')),
  'rsa sha256': sequence(oid('1.2.840.113549.1.1.11'), der(0x05)),
  'rsa sha1': sequence(oid('1.2.840.113549.1.1.5'), der(0x05)),
};

function time(iso: string): Buffer {
  const digits = iso.replace(/[-:T]|\.\d+/g, '');
  return Number(iso.slice(0, 4)) < 2050 ? der(0x17, ascii(digits.slice(2))) : der(0x18, ascii(digits));
}

function subtrees(tag: number, trees: readonly Subtree[] | undefined): readonly Buffer[] {
  if (trees === undefined) return [];
  return [der(tag, ...trees.map((tree) => sequence(der(tree.tag, tree.value))))];
}

function extensionsOf(request: CertificateRequest): Buffer {
  const { isCa = false, pathLength, names, permitted, excluded } = request;
  const usages =
    request.usages === undefined
      ? isCa
        ? (['certSign'] as const)
        : (['digitalSignature'] as const)
      : request.usages;
  const purposes = request.purposes === undefined ? (isCa ? null : [CODE_SIGNING]) : request.purposes;
  return sequence(
    extension(
      '2.5.29.19',
      sequence(
        ...(isCa ? [TRUE] : []),
        ...(pathLength === undefined ? [] : [der(0x02, Buffer.from([pathLength]))]),
      ),
      true,
    ),
    ...(usages === null ? [] : [keyUsage(usages)]),
    ...(purposes === null ? [] : [extension('2.5.29.37', sequence(...purposes.map(oid)))]),
    ...(names === undefined
      ? []
      : [extension('2.5.29.17', sequence(...names.map(({ tag, value }) => der(tag, value))))]),
    ...(permitted === undefined && excluded === undefined
      ? []
      : [extension('2.5.29.30', sequence(...subtrees(0xa0, permitted), ...subtrees(0xa1, excluded)), true)]),
    ...(request.keyId === undefined ? [] : [extension('2.5.29.14', der(0x04, request.keyId))]),
    ...(request.authorityKeyId === undefined
      ? []
      : [extension('2.5.29.35', sequence(der(0x80, request.authorityKeyId)))]),
    ...(request.extensions ?? []),
  );
}

/** Issues a certificate as DER, whatever is in it. */
export function issueDer(request: CertificateRequest): Buffer {
  const { subject, key, issuer, from = '2026-01-01T00:00:00Z', until = '2027-01-01T00:00:00Z' } = request;
  const name = typeof subject === 'string' ? distinguishedName(subject) : subject;
  const signWith = request.signWith ?? issuer?.key ?? key;
  const digest = request.digest ?? 'sha256';
  const algorithm = ALGORITHMS[`${signWith.asymmetricKeyType ?? ''} ${digest}`];
  if (algorithm === undefined)
    throw new Error(`no algorithm for ${signWith.asymmetricKeyType ?? ''} ${digest}`);
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 1;
  const tbs = sequence(
    der(0xa0, der(0x02, Buffer.from([request.version ?? 2]))),
    der(0x02, serial),
    algorithm,
    issuer?.name ?? name,
    sequence(time(from), time(until)),
    name,
    spkiOf(key),
    der(0xa3, extensionsOf(request)),
  );
  return sequence(tbs, algorithm, der(0x03, Buffer.from([0]), sign(digest, tbs, signWith)));
}

function spkiOf(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** Issues a certificate that our reader takes. */
export function issue(request: CertificateRequest): Issued {
  const { subject, key } = request;
  const name = typeof subject === 'string' ? distinguishedName(subject) : subject;
  return { certificate: parseCertificate(issueDer(request)), key, name };
}

/** A new EC private key. */
export function newKey(curve = 'P-256'): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: curve }).privateKey;
}

/** The same key as one of ours. */
export function signingKeyOf(key: KeyObject): SigningKey {
  return SigningKey.parse(key.export({ type: 'pkcs8', format: 'der' }));
}

/** One of our keys as one of node's, to issue certificates for. */
export function keyObjectOf(key: SigningKey): KeyObject {
  return createPrivateKey({ key: Buffer.from(key.exportSecret().expose()), format: 'der', type: 'pkcs8' });
}

/** Root, intermediate and code signer, all of them good. */
export function goodChain(leafKey: KeyObject = newKey()): {
  readonly root: Issued;
  readonly middle: Issued;
  readonly leaf: Issued;
} {
  const root = issue({ subject: 'Test Root', key: newKey('P-384'), isCa: true });
  const middle = issue({ subject: 'Test Issuer', key: newKey(), isCa: true, pathLength: 0, issuer: root });
  const names = [{ tag: EMAIL, value: ascii('ml@example.org') }];
  const leaf = issue({ subject: 'Test Signer', key: leafKey, issuer: middle, names });
  return { root, middle, leaf };
}

/** A subtree of text. */
export function textTree(tag: number, text: string): Subtree {
  return { tag, value: ascii(text) };
}
