import { concatBytes, utf8Bytes } from '../bytes/index.ts';

/** What the envelope of a model's signature holds. */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** What is signed of a payload: DSSE's pre-authentication encoding (DSSE 1.0, protocol.md). */
export function encodeForSigning(payload: Uint8Array): Uint8Array {
  return concatBytes(utf8Bytes(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `), payload);
}

/**
 * What model_signing 0.2 signed by mistake: another word in front, and the payload as Python prints bytes. Only for
 * reading signatures of then.
 */
export function encodeForSigningOld(payload: Uint8Array): Uint8Array {
  const head = `DSSEV1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${payload.length} `;
  return utf8Bytes(head + pythonBytesText(payload));
}

const PYTHON_ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};

/** `repr(bytes)` of Python: double quotes only where the bytes hold single and no double ones. */
function pythonBytesText(bytes: Uint8Array): string {
  const quote = bytes.includes(0x27) && !bytes.includes(0x22) ? '"' : "'";
  const characters = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    if (character === quote) return `\\${quote}`;
    const isPrintable = byte >= 0x20 && byte < 0x7f;
    return (
      PYTHON_ESCAPES[character] ?? (isPrintable ? character : `\\x${byte.toString(16).padStart(2, '0')}`)
    );
  });
  return `b${quote}${characters.join('')}${quote}`;
}
