import type { ByteSource } from '../../../bytes/index.ts';
import type { NestedScan } from './nested.ts';
import { findNextStream, readStreams } from './read-streams.ts';
import { reportStream } from './report-stream.ts';

/** Padding behind a pickle that carries nothing. */
const MAX_PADDING = 4096;

/** Reports what lies behind the end of what a loader reads, and any pickle in it. */
export async function reportRest(scan: NestedScan, start: number): Promise<void> {
  const { target, context } = scan;
  const { source } = target;
  if (start >= source.size || (await isPadding(source, start))) return;
  const message = `${source.size - start} bytes behind the end`;
  context.report({ rule: 'PICKLE_TRAILING_DATA', offset: start, message }, target);
  const hidden = await findNextStream(source, { start, end: source.size }, context.budget);
  if (hidden === undefined) return;
  context.report(
    { rule: 'PICKLE_HIDDEN_STREAM', offset: hidden, message: 'a pickle behind the end' },
    target,
  );
  for await (const found of readStreams(source, context.budget, { start: hidden }))
    await reportStream(found, scan);
}

/** Whether the rest of a source is zeros or line ends, as block devices and text tools leave them. */
export async function isPadding(source: ByteSource, offset: number): Promise<boolean> {
  if (source.size - offset > MAX_PADDING) return false;
  const rest = await source.read(offset, MAX_PADDING);
  return rest.every((byte) => byte === 0 || byte === 0x0a || byte === 0x0d);
}
