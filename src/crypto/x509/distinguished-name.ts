import { toHex, utf8Text } from '../../bytes/index.ts';
import { DER, type DerElement, DerReader, malformedDer } from './der-reader.ts';
import { readOid } from './der-values.ts';

/** Attributes that have a short name (RFC 4514 §3, RFC 4519); the others are shown by their object identifier. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'STREET',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
};

const MAX_NAME_PARTS = 32;

/** The parts of a distinguished name, each as the DER of its set: what name constraints compare. */
export function namePartsOf(name: DerElement): readonly Uint8Array[] {
  const parts = [...DerReader.inside(name).rest(DER.set)].map(({ whole }) => whole);
  if (parts.length > MAX_NAME_PARTS) throw malformedDer('a name has too many parts');
  return parts;
}

/** A distinguished name as text (RFC 4514): last part first, special characters escaped. Hostile text all the same. */
export function formatName(name: DerElement): string {
  const parts = namePartsOf(name).map((part) =>
    [...DerReader.inside(new DerReader(part).read(DER.set)).rest(DER.sequence)]
      .map(formatAttribute)
      .join('+'),
  );
  return parts.reverse().join(',');
}

function formatAttribute(attribute: DerElement): string {
  const reader = DerReader.inside(attribute);
  const oid = readOid(reader.read(DER.oid));
  const value = reader.read();
  reader.end();
  return `${SHORT_NAMES[oid] ?? oid}=${formatValue(value)}`;
}

const TEXT_TAGS: readonly number[] = [DER.utf8String, DER.printableString, DER.ia5String];

function formatValue({ tag, content, whole }: DerElement): string {
  const text = TEXT_TAGS.includes(tag) ? utf8Text(content) : undefined;
  return text === undefined ? `#${toHex(whole)}` : escapeValue(text);
}

function escapeValue(text: string): string {
  return text
    .replace(/[\\"+,;<>=\0]/g, (special) => (special === '\0' ? '\\00' : `\\${special}`))
    .replace(/^[ #]| $/g, (edge) => `\\${edge}`);
}
