import { z } from 'zod';
import { DocumentCollection, type DocumentDeps } from '../access/index.ts';
import type { WitnessedLog } from '../api/index.ts';
import {
  type AuditKeys,
  cosign,
  formatSignature,
  formatVkey,
  type NoteKey,
  openCheckpoint,
  parseCheckpoint,
  parseGrowthFile,
  parseVkey,
  type SignedCheckpoint,
  verifyConsistency,
} from '../audit/index.ts';
import { fromBase64, toBase64, utf8Bytes } from '../bytes/index.ts';
import { sha256 } from '../crypto/index.ts';
import { StrongroomError } from '../errors/index.ts';
import { type Clock, stamp } from './deps.ts';

/** The root of a log without entries. */
const EMPTY_ROOT = toBase64(sha256());

const schema = z.strictObject({
  origin: z.string().max(255),
  key: z.string().max(4096),
  size: z.int().min(0),
  root: z.string().length(44),
  seenAt: z.string().exactOptional(),
});

/** What this strongroom saw of the logs of others: for each the newest checkpoint that it signed. */
export class AuditWitness {
  readonly #logs: DocumentCollection<WitnessedLog>;
  readonly #keys: AuditKeys;
  readonly #clock: Clock;

  constructor(deps: DocumentDeps & { readonly keys: AuditKeys; readonly clock: Clock }) {
    this.#logs = new DocumentCollection<WitnessedLog>(deps, { name: 'audit-witness', schema });
    this.#keys = deps.keys;
    this.#clock = deps.clock;
  }

  async list(): Promise<readonly WitnessedLog[]> {
    return (await this.#logs.list()).map(({ content }) => content);
  }

  /** Throws `AUDIT_NOTE_INVALID`, `STORAGE_CONFLICT` when the log is known. */
  async add(vkey: string): Promise<WitnessedLog> {
    const key = parseVkey(vkey);
    if (key.use !== 'note' || key.key.algorithm !== 'ed25519')
      throw new StrongroomError('AUDIT_NOTE_INVALID', 'a log is known by its Ed25519 key');
    const log = { origin: key.name, key: formatVkey(key), size: 0, root: EMPTY_ROOT };
    await this.#logs.insert(idOf(key.name), log);
    return log;
  }

  /** Signs for a log that only grew; what is remembered is durable before the signature leaves. */
  async cosign(growth: string): Promise<string> {
    const { oldSize, path, checkpoint: text } = believed(() => parseGrowthFile(utf8Bytes(growth)));
    const { origin } = believed(() => parseCheckpoint(utf8Bytes(text)));
    let signed: SignedCheckpoint | undefined;
    const known = await this.#logs.update(idOf(origin), (log) => {
      const key = keyOf(log);
      signed = believed(() => openCheckpoint(text, key));
      assertGrown(log, signed, { oldSize, path });
      const { size, root } = signed;
      return { ...log, size, root: toBase64(root), seenAt: stamp(this.#clock) };
    });
    if (known === undefined || signed === undefined)
      throw new StrongroomError('AUDIT_ENTRY_MISSING', 'this strongroom is no witness of that log', {
        hint: 'make it one with strongroom audit witness add KEY',
      });
    const { signer } = this.#keys.witness;
    const time = Math.floor(this.#clock.now().getTime() / 1000);
    return formatSignature(cosign(signed.note.text, { ...signer, time }));
  }
}

/** Reads what somebody brought: that it is no proof is their mistake, not damage of ours. */
function believed<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StrongroomError)) throw error;
    throw new StrongroomError('AUDIT_WITNESS_REFUSED', error.message, { cause: error });
  }
}

function assertGrown(
  log: WitnessedLog,
  signed: SignedCheckpoint,
  { oldSize, path }: { readonly oldSize: number; readonly path: readonly Uint8Array[] },
): void {
  const root = fromBase64(log.root);
  if (oldSize !== log.size)
    throw new StrongroomError(
      'AUDIT_WITNESS_REFUSED',
      `the log was seen at size ${log.size}, not ${oldSize}`,
      {
        hint: `prove it from there: strongroom audit consistency ${log.size}`,
      },
    );
  if (root === undefined || !verifyConsistency({ size: log.size, root }, signed, path))
    throw new StrongroomError(
      'AUDIT_WITNESS_REFUSED',
      `the log of ${signed.size} entries does not begin with the ${log.size} that were seen`,
    );
}

function keyOf({ key }: WitnessedLog): NoteKey {
  return parseVkey(key);
}

/** Origins may hold what ids may not. */
function idOf(origin: string): string {
  return Buffer.from(sha256(utf8Bytes(origin))).toString('base64url');
}
