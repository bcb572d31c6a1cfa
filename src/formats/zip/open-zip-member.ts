import { createInflateRaw } from 'node:zlib';
import { type ByteSource, sliceSource } from '../../bytes/index.ts';
import { runEngine } from '../compressed/engine.ts';
import type { FormatProblem } from '../problem.ts';
import { METHOD_DEFLATED, METHOD_STORED, type ZipMember } from './zip-member.ts';

/** The bytes of a member: to be read anywhere when it is stored, from first to last when it is deflated. */
export type ZipContent =
  | { readonly kind: 'stored'; readonly source: ByteSource }
  | {
      readonly kind: 'deflated';
      /** Streams the content from its start, each time anew; ends where the data ends or breaks. */
      readonly open: (note: (problem: FormatProblem) => void) => AsyncGenerator<Uint8Array, void>;
    }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The content of a member, whatever its flags say: loaders that ignore them read it so. */
export function openZipMember(source: ByteSource, member: ZipMember): ZipContent {
  const { start, end } = member.data;
  if (member.local === undefined) return { kind: 'unreadable', reason: 'it has no data' };
  if (member.method === METHOD_STORED) return { kind: 'stored', source: sliceSource(source, { start, end }) };
  if (member.method !== METHOD_DEFLATED)
    return { kind: 'unreadable', reason: `compression method ${member.method}` };
  return { kind: 'deflated', open: (note) => inflate(source, member, note) };
}

async function* inflate(
  source: ByteSource,
  { data, size }: ZipMember,
  note: (problem: FormatProblem) => void,
): AsyncGenerator<Uint8Array, void> {
  const content = runEngine(createInflateRaw(), { source, ...data });
  let made = 0;
  for (;;) {
    const next = await content.next();
    if (next.done !== true) {
      made += next.value.length;
      yield next.value;
      continue;
    }
    const { failure, used } = next.value;
    const offset = data.start + used;
    if (failure !== undefined)
      note({ severity: 'error', code: 'ZIP_DATA', offset, message: `the data is broken (${failure})` });
    else if (made !== size)
      note({
        severity: 'error',
        code: 'ZIP_SIZE',
        offset,
        message: 'the content is not as long as its header says',
      });
    return;
  }
}
