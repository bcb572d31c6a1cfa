import { bufferView, collectBytes } from '../bytes/index.ts';
import { StrongroomError } from '../errors/index.ts';
import type { Session } from './session.ts';

/** What a command is given to read: a file, or `-` for standard input. */
export interface GivenInput {
  /** For messages and endings; empty for standard input. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array>;
}

/** The file behind a word of the command line. Throws the `STORAGE_…` errors. */
export async function openInput(session: Session, path: string): Promise<GivenInput> {
  if (path === '-') return { name: '', open: () => session.context.stdin };
  const [file, ...more] = await session.context.operations.readInputs([path]);
  if (file === undefined || more.length > 0)
    throw new StrongroomError('INPUT_INVALID', 'expected one file, and this is a folder');
  return { name: path, open: () => copied(file.open()) };
}

/** What a reader lends is good until it is asked for more; these stay. */
async function* copied(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Buffer.from(bufferView(chunk));
}

/** All of it. Throws `INPUT_TOO_LARGE`. */
export function readWhole(input: GivenInput, maxBytes: number): Promise<Uint8Array> {
  return collectBytes(input.open(), maxBytes);
}
