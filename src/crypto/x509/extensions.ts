import { DER, type DerElement, DerReader, malformedDer } from './der-reader.ts';
import { readBits, readBoolean, readOid, readSmallNumber } from './der-values.ts';
import { type GeneralName, readGeneralName, readGeneralNames } from './general-names.ts';

/** What a certificate's extensions say, as far as chains of code signers need it (RFC 5280 §4.2.1). */
export interface Extensions {
  readonly basicConstraints?: { readonly isCa: boolean; readonly pathLength?: number };
  readonly keyUsage?: { readonly digitalSignature: boolean; readonly certSign: boolean };
  /** Object identifiers of the purposes. */
  readonly extendedKeyUsage?: readonly string[];
  readonly alternativeNames: readonly GeneralName[];
  readonly nameConstraints?: {
    readonly permitted: readonly GeneralName[];
    readonly excluded: readonly GeneralName[];
  };
  readonly subjectKeyId?: Uint8Array;
  readonly authorityKeyId?: Uint8Array;
  /** Extensions that are critical and that we do not know: whoever does not know them must refuse. */
  readonly unknownCritical: readonly string[];
}

const MAX_EXTENSIONS = 64;
const MAX_PURPOSES = 64;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** One extension: reads its value into the result. */
type Read = (value: DerElement, into: Mutable<Extensions>) => void;

const READERS: Readonly<Record<string, Read>> = {
  '2.5.29.14': (value, into) => (into.subjectKeyId = value.content),
  '2.5.29.15': readKeyUsage,
  '2.5.29.17': (value, into) => (into.alternativeNames = readGeneralNames(value)),
  '2.5.29.19': readBasicConstraints,
  '2.5.29.30': readNameConstraints,
  '2.5.29.35': readAuthorityKeyId,
  '2.5.29.37': readExtendedKeyUsage,
  // Certificate policies: any is fine, none is asked for (RFC 5280 §6.1.1 d), so there is nothing to check.
  '2.5.29.32': () => undefined,
};

const TAGS: Readonly<Record<string, number>> = { '2.5.29.14': DER.octetString, '2.5.29.15': DER.bitString };

/** Reads `Extensions`. None may stand twice. */
export function readExtensions(sequence: DerElement): Extensions {
  const found: Mutable<Extensions> = { alternativeNames: [], unknownCritical: [] };
  const seen = new Set<string>();
  for (const element of DerReader.inside(sequence).rest(DER.sequence)) {
    const { oid, isCritical, value } = readExtension(element);
    if (seen.has(oid) || seen.size >= MAX_EXTENSIONS)
      throw malformedDer('an extension stands twice, or there are too many');
    seen.add(oid);
    const read = Object.hasOwn(READERS, oid) ? READERS[oid] : undefined;
    if (read !== undefined) read(readWhole(value, TAGS[oid] ?? DER.sequence), found);
    else if (isCritical) found.unknownCritical = [...found.unknownCritical, oid];
  }
  return found;
}

function readExtension(element: DerElement): {
  readonly oid: string;
  readonly isCritical: boolean;
  readonly value: Uint8Array;
} {
  const reader = DerReader.inside(element);
  const oid = readOid(reader.read(DER.oid));
  const critical = reader.readOptional(DER.boolean);
  const value = reader.read(DER.octetString).content;
  reader.end();
  return { oid, isCritical: critical !== undefined && readBoolean(critical), value };
}

function readWhole(bytes: Uint8Array, tag: number): DerElement {
  const reader = new DerReader(bytes);
  const element = reader.read(tag);
  reader.end();
  return element;
}

function readKeyUsage(value: DerElement, into: Mutable<Extensions>): void {
  const bits = readBits(value);
  into.keyUsage = { digitalSignature: bits[0] ?? false, certSign: bits[5] ?? false };
}

function readBasicConstraints(value: DerElement, into: Mutable<Extensions>): void {
  const reader = DerReader.inside(value);
  const flag = reader.readOptional(DER.boolean);
  const length = reader.readOptional(DER.integer);
  reader.end();
  into.basicConstraints = {
    isCa: flag !== undefined && readBoolean(flag),
    ...(length && { pathLength: readSmallNumber(length) }),
  };
}

function readExtendedKeyUsage(value: DerElement, into: Mutable<Extensions>): void {
  const purposes = [...DerReader.inside(value).rest(DER.oid)].map(readOid);
  if (purposes.length === 0 || purposes.length > MAX_PURPOSES)
    throw malformedDer('purposes are missing or too many');
  into.extendedKeyUsage = purposes;
}

function readAuthorityKeyId(value: DerElement, into: Mutable<Extensions>): void {
  const keyId = DerReader.inside(value).readOptional(0x80);
  if (keyId !== undefined) into.authorityKeyId = keyId.content;
}

function readNameConstraints(value: DerElement, into: Mutable<Extensions>): void {
  const reader = DerReader.inside(value);
  const permitted = reader.readOptional(0xa0);
  const excluded = reader.readOptional(0xa1);
  reader.end();
  into.nameConstraints = { permitted: readSubtrees(permitted), excluded: readSubtrees(excluded) };
}

function readSubtrees(subtrees: DerElement | undefined): readonly GeneralName[] {
  if (subtrees === undefined) return [];
  return [...DerReader.inside(subtrees).rest(DER.sequence)].map((subtree) => {
    const reader = DerReader.inside(subtree);
    const name = readGeneralName(reader.read());
    // `minimum` other than 0 and `maximum` must not be used (RFC 5280 §4.2.1.10).
    reader.end();
    return name;
  });
}
