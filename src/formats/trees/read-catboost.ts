import { type ByteSource, sliceSource } from '../../bytes/index.ts';
import { FlatBuffer } from '../flatbuffer/flatbuffer.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog, ReadingHalt } from '../problem-log.ts';
import { viewOf } from '../source-window.ts';

/** `CBM1` and the size of the core. */
const HEADER_BYTES = 8;
const MAX_READS = 2_000_000;
/** catboost/libs/model/flatbuffers/model.fbs, `TModelCore`. */
const CORE = { formatVersion: 0, obliviousTrees: 1, infoMap: 2, partIds: 3 } as const;
const KEY_VALUE = { key: 0, value: 1 } as const;
/** What a model may have behind its core. */
const KNOWN_PARTS = ['static-ctr-provider-v1', 'embedding-processing', 'text-processing-collection'];

/** What a CatBoost model says of itself. */
export interface CatboostDocument {
  readonly coreBytes: number;
  /** Parts behind the core. */
  readonly parts: readonly string[];
  readonly info: readonly { readonly key: string; readonly value: string; readonly offset: number }[];
  readonly problems: readonly FormatProblem[];
}

/** Reads the header and the core's tables of a CatBoost model (`.cbm`). Never throws for bad bytes. */
export async function readCatboost(source: ByteSource): Promise<CatboostDocument> {
  const log = new ProblemLog();
  const info: { key: string; value: string; offset: number }[] = [];
  const parts: string[] = [];
  const header = await source.read(0, HEADER_BYTES);
  const coreBytes = header.length < HEADER_BYTES ? 0 : viewOf(header).getUint32(4, true);
  if (coreBytes === 0 || coreBytes > source.size - HEADER_BYTES) {
    log.error('CATBOOST_CORE', 4, `a core of ${coreBytes} bytes in a file of ${source.size}`);
    return { coreBytes, parts, info, problems: log.problems };
  }
  const end = HEADER_BYTES + coreBytes;
  const core = new FlatBuffer(sliceSource(source, { start: HEADER_BYTES, end }), log, MAX_READS);
  try {
    await readCore(core, { parts, info });
  } catch (error) {
    // A halt has noted its reason already.
    if (!(error instanceof ReadingHalt)) throw error;
  }
  if (parts.length === 0 && end < source.size && !log.hasError && !log.hasLimit) {
    log.error('CATBOOST_TRAILING', end, `${source.size - end} bytes behind the core, which names no parts`);
  }
  for (const part of parts) {
    if (!KNOWN_PARTS.includes(part)) log.notice('CATBOOST_PART', end, 'an unknown part behind the core');
  }
  return { coreBytes, parts, info, problems: log.problems };
}

async function readCore(
  core: FlatBuffer,
  { parts, info }: { parts: string[]; info: { key: string; value: string; offset: number }[] },
): Promise<void> {
  const root = await core.root();
  const version = await core.string(root, CORE.formatVersion);
  if (version === undefined || !version.startsWith('FlabuffersModel_'))
    core.fail(root.offset, 'no known version of the core');
  const trees = core.fieldOffset(root, CORE.obliviousTrees);
  if (trees === undefined) core.fail(root.offset, 'a core without trees');
  for await (const entry of core.tables(root, CORE.infoMap)) {
    const key = (await core.string(entry, KEY_VALUE.key)) ?? '';
    info.push({
      key,
      value: (await core.string(entry, KEY_VALUE.value)) ?? '',
      offset: HEADER_BYTES + entry.offset,
    });
  }
  for await (const part of core.strings(root, CORE.partIds)) parts.push(part);
}
