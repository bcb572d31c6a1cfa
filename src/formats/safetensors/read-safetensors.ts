import { type ByteSource, sliceSource } from '../../bytes/index.ts';
import { JsonObject } from '../json/json-value.ts';
import { readJson } from '../json/read-json.ts';
import type { FormatProblem } from '../problem.ts';
import { ProblemLog } from '../problem-log.ts';
import { viewOf } from '../source-window.ts';
import { checkLayout } from './layout.ts';
import { DEFAULT_SAFETENSORS_LIMITS, type SafetensorsLimits } from './limits.ts';
import { parseMetadata, parseTensor, type SafetensorsTensor } from './tensor.ts';

/** Bytes of the length in front of the header. */
const LENGTH_BYTES = 8;
const MIN_HEADER_BYTES = 2;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const SPACE = 0x20;
const PADDING_CHUNK = 4096;

/** What a safetensors file says of itself, and where it breaks its format. */
export interface SafetensorsDocument {
  /** Length of the header's JSON, in bytes. */
  readonly headerBytes: number;
  /** `__metadata__`, in the order of the file. */
  readonly metadata: readonly { readonly key: string; readonly value: string; readonly offset: number }[];
  readonly tensors: readonly SafetensorsTensor[];
  readonly problems: readonly FormatProblem[];
}

/**
 * Reads the header of a safetensors file as strictly as its reference reader (safetensors/src/tensor.rs), and more so
 * where parsers of JSON differ: duplicate keys, unknown members, text behind the object. Reads no tensor. Never throws
 * for bad bytes.
 */
export async function readSafetensors(
  source: ByteSource,
  limits: Partial<SafetensorsLimits> = {},
): Promise<SafetensorsDocument> {
  const log = new ProblemLog();
  const all = { ...DEFAULT_SAFETENSORS_LIMITS, ...limits };
  const headerBytes = await readLength(source, log, all.maxHeaderBytes);
  const empty = { headerBytes: headerBytes ?? 0, metadata: [], tensors: [], problems: log.problems };
  if (headerBytes === undefined) return empty;
  const header = await readHeader(source, headerBytes, { log, maxValues: all.maxHeaderValues });
  if (header === undefined) return empty;
  const metadata: { key: string; value: string; offset: number }[] = [];
  const tensors: SafetensorsTensor[] = [];
  for (const member of header.members) {
    const place = { ...member, offset: LENGTH_BYTES + member.offset };
    if (member.key === '__metadata__') metadata.push(...parseMetadata(place, log));
    else {
      const tensor = parseTensor(place, log);
      if (tensor !== undefined) tensors.push(tensor);
    }
  }
  if (!log.hasError) checkLayout(tensors, { dataStart: LENGTH_BYTES + headerBytes, size: source.size }, log);
  return { ...empty, metadata, tensors };
}

async function readLength(
  source: ByteSource,
  log: ProblemLog,
  maxBytes: number,
): Promise<number | undefined> {
  const bytes = await source.read(0, LENGTH_BYTES);
  if (bytes.length < LENGTH_BYTES) {
    log.error('SAFETENSORS_TRUNCATED', 0, 'shorter than the length of its header');
    return undefined;
  }
  const length = viewOf(bytes).getBigUint64(0, true);
  if (length < MIN_HEADER_BYTES || length > DEFAULT_SAFETENSORS_LIMITS.maxHeaderBytes) {
    log.error('SAFETENSORS_HEADER_LENGTH', 0, `a header of ${length} bytes, allowed are 2 to 100000000`);
  } else if (length > source.size - LENGTH_BYTES) {
    log.error('SAFETENSORS_TRUNCATED', 0, `a header of ${length} bytes in a file of ${source.size}`);
  } else if (length > maxBytes) {
    log.limit('SAFETENSORS_LIMIT', 0, `a header of ${length} bytes, read are at most ${maxBytes}`);
  } else return Number(length);
  return undefined;
}

async function readHeader(
  source: ByteSource,
  headerBytes: number,
  { log, maxValues }: { log: ProblemLog; maxValues: number },
): Promise<JsonObject | undefined> {
  const first = await source.read(LENGTH_BYTES, 1);
  if (first[0] !== BRACE_OPEN) {
    log.error('SAFETENSORS_HEADER_START', LENGTH_BYTES, 'the header does not begin with a brace');
    return undefined;
  }
  const header = sliceSource(source, { start: LENGTH_BYTES, end: LENGTH_BYTES + headerBytes });
  await checkPadding(header, log);
  const { value, problems } = await readJson(header, { maxBytes: headerBytes, maxValues });
  for (const { severity, code, offset, message } of problems) {
    const at = LENGTH_BYTES + offset;
    if (severity === 'limit') log.limit(code, at, message);
    // What is only a notice elsewhere (NaN, a byte order mark) the reference reader refuses.
    else log.error(code, at, message);
  }
  if (value === undefined || value instanceof JsonObject) return value;
  log.error('SAFETENSORS_HEADER_START', LENGTH_BYTES, 'the header is not a json object');
  return undefined;
}

/** Only spaces may follow the header's last brace: writers pad with them to align the data. */
async function checkPadding(header: ByteSource, log: ProblemLog): Promise<void> {
  for (let end = header.size; end > 0; end -= PADDING_CHUNK) {
    const start = Math.max(0, end - PADDING_CHUNK);
    const bytes = await header.read(start, end - start);
    let at = bytes.length - 1;
    while (at >= 0 && bytes[at] === SPACE) at--;
    if (at < 0) continue;
    if (bytes[at] !== BRACE_CLOSE) {
      log.error(
        'SAFETENSORS_HEADER_PADDING',
        LENGTH_BYTES + start + at,
        'not a brace and spaces at the end of the header',
      );
    }
    return;
  }
}
