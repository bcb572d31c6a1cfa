import { concatBytes } from '../bytes/index.ts';
import { FLOE_HEADER_BYTES, type FloeContext, FloeMessage } from './floe.ts';
import { layOutSegments } from './segment-layout.ts';

/** Encrypts a small secret or text as one array: header, then segments. */
export function floeSeal(context: FloeContext, content: Uint8Array): Uint8Array {
  using message = FloeMessage.create(context);
  const layout = layOutSegments(content.length, context.segmentBytes);
  const sealed = new Uint8Array(FLOE_HEADER_BYTES + layout.sealedBytes);
  sealed.set(message.header);
  let at = FLOE_HEADER_BYTES;
  for (let position = 0; position < layout.segments; position++) {
    const from = position * layout.contentBytes;
    const place = { position, isFinal: position === layout.segments - 1 };
    at += message.sealSegment(place, content.subarray(from, from + layout.contentBytes), sealed.subarray(at));
  }
  return sealed;
}

/** Decrypts what `floeSeal` returned; `undefined` when anything about it is wrong. */
export function floeOpen(context: FloeContext, sealed: Uint8Array): Uint8Array | undefined {
  using message = FloeMessage.open(context, sealed.subarray(0, FLOE_HEADER_BYTES));
  const segments = Math.ceil((sealed.length - FLOE_HEADER_BYTES) / context.segmentBytes);
  if (message === undefined || segments < 1) return undefined;
  const parts: Uint8Array[] = [];
  try {
    for (let position = 0; position < segments; position++) {
      const from = FLOE_HEADER_BYTES + position * context.segmentBytes;
      const place = { position, isFinal: position === segments - 1 };
      const part = message.openSegment(place, sealed.subarray(from, from + context.segmentBytes));
      if (part === undefined) return undefined;
      parts.push(part);
    }
    return concatBytes(...parts);
  } finally {
    for (const part of parts) part.fill(0);
  }
}
