import { type PickleStream, type PickleValue } from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { readStreams, reportRest, reportStream, weightsOnlyObjection } from './pickle/index.ts';
import { storagesOf } from './torch-storages.ts';

/** Magic number, protocol, facts about the system, the model itself, the keys of the storages. */
const STREAMS = 5;
const PROTOCOL = 1001;
/** Storages of one file; beyond it the file is not followed further. */
const MAX_KEYS = 1_000_000;
const COUNT_BYTES = 8;

/** PyTorch's older form (before 1.6, or `_use_new_zipfile_serialization=False`): pickles in a row, then raw storages. */
export const torchLegacyCheck: Check = {
  name: 'torch-legacy',
  formats: ['pytorch-legacy'],
  async run(target, context) {
    const streams: PickleStream[] = [];
    for await (const found of readStreams(target.source, context.budget)) {
      if (found.gap > 0) break;
      streams.push(found.stream);
      await reportStream(found, { target, context });
      if (streams.length === STREAMS || !found.stream.isComplete) break;
    }
    const objection = objectionTo(streams);
    if (objection !== undefined)
      context.report(
        { rule: 'TORCH_MALFORMED', offset: streams.at(-1)?.start ?? 0, message: objection },
        target,
      );
    reportProfile(streams, target, context);
    const end =
      objection === undefined ? await endOfStorages(streams, target, context) : (streams.at(-1)?.end ?? 0);
    await reportRest({ target, context }, end);
  },
};

/** What keeps the streams from being such a file. */
function objectionTo(streams: readonly PickleStream[]): string | undefined {
  if (streams.length < STREAMS || streams.some(({ value }) => value === undefined))
    return `${streams.length} whole pickles where there should be ${STREAMS}`;
  const [, protocol, system, , keys] = streams.map(({ value }) => value);
  if (protocol?.kind !== 'int' || protocol.value !== PROTOCOL) return 'another protocol than 1001';
  if (system?.kind !== 'dict') return 'no facts about the system';
  return keys?.kind === 'list' ? undefined : 'no list of storages';
}

function reportProfile(streams: readonly PickleStream[], target: ScanTarget, context: ScanContext): void {
  const objection =
    streams.length < STREAMS
      ? 'it is not whole'
      : streams.map((stream) => weightsOnlyObjection(stream)).find((each) => each !== undefined);
  context.profile('torch-weights-only', objection === undefined ? 'allowed' : 'refused');
  if (objection !== undefined)
    context.report({ rule: 'TORCH_WEIGHTS_ONLY_REFUSED', message: objection }, target);
}

/** Passes the raw storages: for each key a count of items (8 bytes, little-endian) and the items. */
async function endOfStorages(
  streams: readonly PickleStream[],
  target: ScanTarget,
  context: ScanContext,
): Promise<number> {
  const [, , , model, keys] = streams;
  const order = keys?.value?.kind === 'list' ? keys.value.items : [];
  const storages = model === undefined ? new Map<string, never>() : storagesOf(model);
  let offset = keys?.end ?? 0;
  const fail = (message: string): number => {
    context.report({ rule: 'TORCH_SIZE_MISMATCH', offset, message }, target);
    return offset;
  };
  if (order.length > MAX_KEYS) return fail(`${order.length} storages`);
  for (const key of order) {
    const storage = storages.get(textOf(key));
    if (storage?.itemBytes === undefined) return fail('a storage that the model does not ask for');
    const head = await target.source.read(offset, COUNT_BYTES);
    if (head.length < COUNT_BYTES) return fail('the storages are cut');
    const count = new DataView(head.buffer, head.byteOffset, COUNT_BYTES).getBigInt64(0, true);
    if (count !== BigInt(storage.items)) return fail('a storage of another size than its tensor');
    const end = offset + COUNT_BYTES + storage.items * storage.itemBytes;
    if (end > target.source.size) return fail('the storages are cut');
    offset = end;
  }
  return offset;
}

function textOf(key: PickleValue): string {
  if (key.kind === 'str') return key.text ?? '';
  return key.kind === 'int' ? String(key.value) : '';
}
