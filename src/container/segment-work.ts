import { bufferView } from '../bytes/index.ts';
import { createDamageCheck, createHasher, type Hasher } from '../crypto/index.ts';
import { FLOE_SEGMENT_OVERHEAD, FloeMessage, type FloeState } from './floe.ts';
import { compressFrame, decompressFrame } from './zstd-frame.ts';

/** Shared memory that is worked on, or the part of it that is in use: a thread gets it without a copy. */
export type Slab = Uint8Array<SharedArrayBuffer>;

/** Segments of a message that are worked on together. */
export interface SegmentRun {
  /** Of the first one. */
  readonly position: number;
  /** Whether the message ends with the last one. */
  readonly isLast: boolean;
}

/** Digests of what went through a digest session. */
export interface PlainDigests {
  readonly sha256: Uint8Array;
  readonly sha512: Uint8Array | undefined;
}

/** What can be asked of a thread, and what it answers. A session's requests run in the order they are made. */
export interface Work {
  startDigest: { request: { session: number; withSha512: boolean }; result: undefined };
  digest: { request: { session: number; content: Slab }; result: undefined };
  endDigest: { request: { session: number }; result: PlainDigests };
  /** Without `message` the payload is stored as it is. */
  startSeal: { request: { session: number; message: FloeState | undefined }; result: undefined };
  /** Seals whole segments into `output`; gives the length. */
  seal: {
    request: { session: number; content: Slab; output: Slab } & SegmentRun;
    result: number;
  };
  /** Gives the damage check of everything that `seal` put out. */
  endSeal: { request: { session: number }; result: Uint8Array };
  startOpen: { request: { session: number; message: FloeState }; result: undefined };
  /**
   * Opens whole segments in their own slab, whose start then holds the content; gives its length, or `undefined`
   * (and a zeroed slab) when one of them does not verify.
   */
  open: {
    request: { session: number; payload: Slab } & SegmentRun;
    result: number | undefined;
  };
  /** Forgets a session and its keys. */
  forget: { request: { session: number }; result: undefined };
  compress: { request: { content: Slab; level: number }; result: Uint8Array<ArrayBuffer> };
  /** Fills exactly the part; gives whether the frame holds that. */
  decompress: { request: { frame: Uint8Array; content: Slab }; result: boolean };
}

export type WorkName = keyof Work;
export type WorkRequest<Name extends WorkName> = Work[Name]['request'];
export type WorkResult<Name extends WorkName> = Work[Name]['result'];

interface SealSession {
  readonly message: FloeMessage | undefined;
  readonly check: Hasher;
}

/** The CPU-bound half of sealing and opening: synchronous, on whichever thread it is made. */
export class SegmentWork {
  readonly #digests = new Map<number, { sha256: Hasher; sha512: Hasher | undefined }>();
  readonly #seals = new Map<number, SealSession>();
  readonly #opens = new Map<number, FloeMessage>();

  readonly #handlers: { readonly [Name in WorkName]: (request: WorkRequest<Name>) => WorkResult<Name> } = {
    startDigest: ({ session, withSha512 }) => {
      const sha512 = withSha512 ? createHasher('sha512') : undefined;
      this.#digests.set(session, { sha256: createHasher('sha256'), sha512 });
    },
    digest: ({ session, content }) => {
      const { sha256, sha512 } = known(this.#digests, session);
      sha256.update(content);
      sha512?.update(content);
    },
    endDigest: ({ session }) => {
      const { sha256, sha512 } = known(this.#digests, session);
      return { sha256: sha256.digest(), sha512: sha512?.digest() };
    },
    startSeal: ({ session, message }) => {
      const restored = message && FloeMessage.restore(message);
      this.#seals.set(session, { message: restored, check: createDamageCheck() });
    },
    seal: ({ session, content, output, ...run }) => {
      const { message, check } = known(this.#seals, session);
      // Not `set`, which goes word by word where the memory is shared.
      if (message === undefined) bufferView(content).copy(bufferView(output));
      const length =
        message === undefined ? content.length : sealRun(message, run, { bytes: content, target: output });
      check.update(output.subarray(0, length));
      return length;
    },
    endSeal: ({ session }) => known(this.#seals, session).check.digest(),
    startOpen: ({ session, message }) => {
      this.#opens.set(session, FloeMessage.restore(message));
    },
    open: ({ session, payload, ...run }) =>
      openRun(known(this.#opens, session), run, { bytes: payload, target: payload }),
    forget: ({ session }) => {
      this.#seals.get(session)?.message?.wipe();
      this.#opens.get(session)?.wipe();
      for (const sessions of [this.#digests, this.#seals, this.#opens]) sessions.delete(session);
    },
    compress: ({ content, level }) => compressFrame(content, level),
    decompress: ({ frame, content }) => decompressFrame(frame, content),
  };

  /** Does one piece of work. Throws only when something is wrong with us. */
  run<Name extends WorkName>(name: Name, request: WorkRequest<Name>): WorkResult<Name> {
    return this.#handlers[name](request);
  }
}

function known<Session>(sessions: ReadonlyMap<number, Session>, session: number): Session {
  const found = sessions.get(session);
  if (found === undefined) throw new Error(`session ${session} was never started`);
  return found;
}

/** Seals content segment by segment; returns the length of the segments together. */
function sealRun(
  message: FloeMessage,
  run: SegmentRun,
  { bytes, target }: { readonly bytes: Uint8Array; readonly target: Uint8Array },
): number {
  const contentBytes = message.segmentBytes - FLOE_SEGMENT_OVERHEAD;
  const segments = Math.max(1, Math.ceil(bytes.length / contentBytes));
  let length = 0;
  for (let index = 0; index < segments; index++) {
    const place = { position: run.position + index, isFinal: run.isLast && index === segments - 1 };
    const content = bytes.subarray(index * contentBytes, (index + 1) * contentBytes);
    length += message.sealSegment(place, content, target.subarray(length));
  }
  return length;
}

/**
 * Opens segments that follow one another into `target`, which may be their own memory; gives the length of their
 * content. `undefined` when one of them does not verify: `target` is zeroed then.
 */
export function openRun(
  message: FloeMessage,
  run: SegmentRun,
  { bytes, target }: { readonly bytes: Uint8Array; readonly target: Uint8Array },
): number | undefined {
  const segments = Math.ceil(bytes.length / message.segmentBytes);
  let length = 0;
  for (let index = 0; index < segments; index++) {
    const place = { position: run.position + index, isFinal: run.isLast && index === segments - 1 };
    const from = index * message.segmentBytes;
    const segment = bytes.subarray(from, from + message.segmentBytes);
    if (!message.openSegmentInto(place, segment, target.subarray(length))) {
      target.fill(0);
      return undefined;
    }
    length += segment.length - FLOE_SEGMENT_OVERHEAD;
  }
  return length;
}
