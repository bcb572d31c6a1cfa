import { bufferView, fromBase64Url } from '../../bytes/index.ts';

/** Characters decoded at a time: a multiple of four, so that each piece stands for whole bytes. */
const PIECE_CHARS = 1 << 20;
const PAD = 0x3d;

/**
 * Padded canonical base64url, given as ASCII bytes, as bytes; `undefined` when it is anything else. Piece by piece,
 * because a long text as one string would take several times its memory.
 */
export function decodeBase64UrlText(text: Uint8Array): Uint8Array | undefined {
  if (text.length % 4 !== 0) return undefined;
  let end = text.length;
  while (end > text.length - 2 && text[end - 1] === PAD) end--;
  const bytes = new Uint8Array(Math.floor((end * 3) / 4));
  const view = bufferView(text);
  let filled = 0;
  for (let at = 0; at < end; at += PIECE_CHARS) {
    const piece = fromBase64Url(view.toString('latin1', at, Math.min(at + PIECE_CHARS, end)));
    if (piece === undefined) return undefined;
    bytes.set(piece, filled);
    filled += piece.length;
  }
  return filled === bytes.length ? bytes : undefined;
}
