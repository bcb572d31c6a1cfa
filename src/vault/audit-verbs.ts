import type { AuditApi, AuditedAct, AuditProof, AuditReport, Caller, LongRunning } from '../api/index.ts';
import {
  type AuditFinding,
  type AuditLog,
  AuditReader,
  askedTiles,
  formatGrowthFile,
  formatVkey,
  listArchives,
  readArchiveNotes,
  readCheckpoint,
  TileStore,
  verifyLog,
} from '../audit/index.ts';
import { toBase64, utf8Text } from '../bytes/index.ts';
import { StrongroomError, toStrongroomError } from '../errors/index.ts';
import type { Keyring } from '../keyring/index.ts';
import type { CatalogueDocuments } from '../storage/index.ts';
import { onEverything } from './act.ts';
import { AuditWitness } from './audit-witness.ts';
import { AuditedActs, isAskedFor, type MaskedQuery } from './audited-acts.ts';
import type { Clock } from './deps.ts';
import type { Gate } from './gate.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 10_000;
const MAX_TILES = 64;
/** How far back a receipt is looked for. */
const MAX_RECEIPT_ENTRIES = 200_000;
const LOG = 'audit log';

export interface AuditVerbsDeps {
  readonly gate: Gate;
  readonly audit: AuditLog;
  readonly catalogue: CatalogueDocuments;
  readonly keyring: Pick<Keyring, 'mac' | 'verifyMac'>;
  readonly clock: Clock;
}

/** The verbs on the record. */
export function auditVerbs(deps: AuditVerbsDeps, caller: Caller): AuditApi {
  const { gate, audit } = deps;
  const witness = new AuditWitness({ ...deps, seal: deps.keyring, keys: audit.keys });
  const reading = <T>(work: () => Promise<T>) => gate.pass(caller, onEverything('audit:read', LOG), work);
  const exporting = <T>(work: () => Promise<T>) => gate.pass(caller, onEverything('audit:export', LOG), work);
  return {
    search: (input = {}) => reading(() => search(audit, input)),
    verify: (input = {}) => gate.pass(caller, onEverything('audit:verify', LOG), () => verify(audit, input)),
    key: () =>
      reading(() => {
        const { origin, verifier, quantumVerifier, witness: own } = audit.keys;
        const keys = [verifier, quantumVerifier].map(formatVkey);
        return Promise.resolve({ origin, keys, witness: formatVkey(own.verifier) });
      }),
    prove: ({ index }) => reading(async () => proofOf(await newest(audit), index)),
    consistency: ({ size }) =>
      reading(async () => {
        const reader = await newest(audit);
        const path = await reader.consistency(size);
        return formatGrowthFile({ oldSize: size, path, checkpoint: reader.checkpointText() });
      }),
    checkpoint: () =>
      exporting(async () => {
        await audit.sequence();
        return utf8Text(await readCheckpoint(audit.base)) ?? '';
      }),
    tiles: ({ tiles }) =>
      exporting(async () => {
        if (tiles.length > MAX_TILES)
          throw new StrongroomError('INPUT_TOO_LARGE', `at most ${MAX_TILES} tiles at a time`);
        return await askedTiles(audit, tiles);
      }),
    archives: () => reading(() => listArchives(audit)),
    receipt: ({ requestId }) =>
      gate.pass(caller, { action: 'account:read', resource: `receipt of ${requestId}` }, () =>
        receipt(audit, { caller: caller.id, requestId }),
      ),
    witnessed: () => reading(() => witness.list()),
    witness: ({ key }) => gate.pass(caller, onEverything('audit:witness', 'witness'), () => witness.add(key)),
    cosign: ({ growth }) =>
      gate.pass(caller, onEverything('audit:witness', 'witness'), () => witness.cosign(growth)),
  };
}

async function newest(audit: AuditLog): Promise<AuditReader> {
  await audit.sequence();
  return await AuditReader.open(audit.base, audit.keys.verifier);
}

async function proofOf(reader: AuditReader, index: number): Promise<AuditProof> {
  return { index, proof: await reader.inclusionFile(index) };
}

async function search(
  audit: AuditLog,
  input: NonNullable<Parameters<AuditApi['search']>[0]>,
): Promise<readonly AuditedAct[]> {
  const { limit = DEFAULT_LIMIT, before = Number.MAX_SAFE_INTEGER, after = -1, address } = input;
  const query: MaskedQuery = {
    ...input,
    maskedAddress: address === undefined ? undefined : audit.mask(address),
  };
  const found: AuditedAct[] = [];
  const acts = new AuditedActs();
  for await (const placed of (await newest(audit)).newest()) {
    if (placed.index <= after || found.length >= Math.min(limit, MAX_LIMIT)) break;
    const act = acts.take(placed);
    if (act !== undefined && placed.index < before && isAskedFor(act, query)) found.push(act);
    // Entries of one process stand in order, and those of others at most some seconds apart.
    if (query.from !== undefined && isLongBefore(placed.entry.at, query.from)) break;
  }
  return found;
}

const CLOCK_SLACK_MS = 10 * 60_000;

function isLongBefore(at: string, from: string): boolean {
  return Date.parse(at) < Date.parse(from) - CLOCK_SLACK_MS;
}

async function receipt(
  audit: AuditLog,
  wanted: { readonly caller: string; readonly requestId: string },
): Promise<AuditProof> {
  const reader = await newest(audit);
  let seen = 0;
  for await (const { index, entry } of reader.newest()) {
    if (++seen > MAX_RECEIPT_ENTRIES) break;
    if (entry.kind === 'outcome' || entry.requestId !== wanted.requestId) continue;
    if (entry.caller?.id === wanted.caller) return proofOf(reader, index);
  }
  throw new StrongroomError('AUDIT_ENTRY_MISSING', 'no act of yours has this request id');
}

async function verify(audit: AuditLog, { signal, onProgress }: LongRunning): Promise<AuditReport> {
  const own: AuditFinding[] = [];
  try {
    // Also what is not under a checkpoint yet, and log, catalogue and keyring against each other.
    await audit.sequence();
  } catch (error) {
    const { code, message } = toStrongroomError(error);
    own.push({ code: code === 'AUDIT_ROLLED_BACK' ? 'rolled-back' : 'wal', message });
  }
  const { checkpoint, ...report } = await verifyLog({
    tiles: new TileStore(audit.base),
    checkpoint: await readCheckpoint(audit.base),
    key: audit.keys.verifier,
    quantumKey: audit.keys.quantumVerifier,
    archiveNotes: await readArchiveNotes(audit.base),
    ...(signal === undefined ? {} : { signal }),
    onProgress: (done, total) => onProgress?.({ phase: 'verify', done, total, unit: 'items' }),
  });
  return {
    ...report,
    isSound: report.isSound && own.length === 0,
    findings: [...own, ...report.findings],
    ...(checkpoint === undefined
      ? {}
      : { origin: checkpoint.origin, size: checkpoint.size, root: toBase64(checkpoint.root) }),
  };
}
