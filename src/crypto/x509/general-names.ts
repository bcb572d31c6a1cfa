import { utf8Text } from '../../bytes/index.ts';
import { DER, type DerElement, DerReader, malformedDer } from './der-reader.ts';
import { namePartsOf } from './distinguished-name.ts';

/** One name of a certificate's subject beside its distinguished name, or a constraint on such names. */
export type GeneralName =
  | { readonly kind: 'email' | 'dns' | 'uri'; readonly value: string }
  | { readonly kind: 'directory'; readonly parts: readonly Uint8Array[] }
  /** A kind that we do not compare, by its tag. */
  | { readonly kind: 'other'; readonly tag: number };

const MAX_GENERAL_NAMES = 256;

/** Every name of a `GeneralNames` sequence (RFC 5280 §4.2.1.6). */
export function readGeneralNames(sequence: DerElement): readonly GeneralName[] {
  const names = [...DerReader.inside(sequence).rest()].map(readGeneralName);
  if (names.length > MAX_GENERAL_NAMES) throw malformedDer('too many names');
  return names;
}

/** One name, whose tag says what it is. */
export function readGeneralName(element: DerElement): GeneralName {
  switch (element.tag) {
    case 0x81:
      return { kind: 'email', value: readIa5(element) };
    case 0x82:
      return { kind: 'dns', value: readIa5(element) };
    case 0x86:
      return { kind: 'uri', value: readIa5(element) };
    case 0xa4:
      return { kind: 'directory', parts: namePartsOf(DerReader.inside(element).read(DER.sequence)) };
    default:
      return { kind: 'other', tag: element.tag };
  }
}

/** ASCII without control characters: a NUL in a name has fooled verifiers before. */
function readIa5({ content }: DerElement): string {
  const text = utf8Text(content);
  if (text === undefined || !/^[\x20-\x7e]*$/.test(text)) throw malformedDer('a name is not printable ASCII');
  return text;
}
