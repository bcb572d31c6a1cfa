import { pipeline, type Transform } from 'node:stream';
import type { ByteSource } from '../../bytes/index.ts';

/** One of zlib's decompressors; `bytesWritten` counts what it took of its input. */
type Engine = Transform & { readonly bytesWritten: number };

/** How a run of an engine ended. */
export interface EngineEnd {
  /** Bytes of its input that it used. */
  readonly used: number;
  /** zlib's name of what went wrong: `Z_DATA_ERROR`, `Z_BUF_ERROR` (cut) … */
  readonly failure: string | undefined;
}

const FEED_BYTES = 1 << 16;

/** A range of a source that an engine reads. */
export interface EngineInput {
  readonly source: ByteSource;
  readonly start: number;
  readonly end: number;
}

/** Runs an engine over a range of a source, giving what comes out; ends when its data ends or breaks. */
export async function* runEngine(engine: Engine, input: EngineInput): AsyncGenerator<Uint8Array, EngineEnd> {
  // The error arrives at the engine, where the loop below meets it.
  pipeline(feed(input), engine, () => undefined);
  let failure: string | undefined;
  try {
    for await (const chunk of engine as AsyncIterable<Uint8Array>) yield chunk;
  } catch (error) {
    failure = failureOf(error);
  }
  return { used: engine.bytesWritten, failure };
}

async function* feed({ source, start, end }: EngineInput): AsyncGenerator<Uint8Array> {
  for (let offset = start; offset < end; ) {
    const chunk = await source.read(offset, Math.min(FEED_BYTES, end - offset));
    if (chunk.length === 0) return;
    offset += chunk.length;
    // The engine works on another thread while the source may be read for something else.
    yield new Uint8Array(chunk);
  }
}

function failureOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && /^(?:Z_|ZSTD_|ERR_ZSTD|ERR_BUFFER)/.test(code)) return code;
  throw error;
}
