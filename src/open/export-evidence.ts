import { join, resolve } from 'node:path';
import type { StrongroomApi } from '../api/index.ts';
import { type AuditKeys, exportLog, formatVkey, logSourceOf, signEvidence } from '../audit/index.ts';
import { toHex, utf8Bytes } from '../bytes/index.ts';
import { type Config, listSecretSettings } from '../config.ts';
import { createHasher } from '../crypto/index.ts';
import { describeSecretSource } from '../settings/index.ts';
import { createWholeFolder, Folder } from '../storage/index.ts';
import { AUDIT_FOLDER, builder, EVIDENCE_NOTE, LOGS_FOLDER } from './home-layout.ts';

/** What a bundle of evidence came to. */
export interface EvidenceReport {
  readonly files: number;
  /** Verifier key that it is signed with (C2SP signed-note). */
  readonly key: string;
}

export interface ExportEvidenceInput {
  readonly home: string;
  readonly destination: string;
  readonly config: Config;
  readonly keys: Pick<AuditKeys, 'origin' | 'signers' | 'verifier'>;
  readonly api: Pick<StrongroomApi, 'system' | 'blocks' | 'lockdown' | 'audit'>;
  readonly now: () => Date;
}

/**
 * Writes what an investigation needs into a new folder: the record, the configuration without secrets, the files of the
 * log, what is blocked, and a list of their digests that is signed with the keys of the record.
 */
export async function exportEvidence(input: ExportEvidenceInput): Promise<EvidenceReport> {
  const { destination, keys, now } = input;
  return await createWholeFolder({
    path: destination,
    builder: builder(),
    fill: async (path) => {
      await using folder = await Folder.open(path);
      await writeJson(folder, 'configuration.json', withoutSecrets(input.config));
      await writeJson(folder, 'state.json', await stateOf(input));
      await copyLogs(input.home, folder);
      await copyRecord(input, folder);
      const files = await digestsOf(folder);
      const note = signEvidence({ origin: keys.origin, at: now().toISOString(), files }, keys.signers);
      await folder.writeFile(EVIDENCE_NOTE, utf8Bytes(note));
      await folder.sync();
      return { files: files.length, key: formatVkey(keys.verifier) };
    },
  });
}

async function stateOf({ api }: ExportEvidenceInput): Promise<unknown> {
  return {
    status: await api.system.status(),
    lockdown: await api.lockdown.status(),
    blocks: await api.blocks.list(),
  };
}

/** Of a secret only where it comes from. */
function withoutSecrets(config: Config): unknown {
  const sources = new Map(listSecretSettings(config).map(({ name, source }) => [name, source]));
  return {
    ...config,
    oidc: config.oidc.map(({ client_secret: _secret, ...provider }) => {
      const source = sources.get(`oidc.${provider.id}.client_secret`);
      return { ...provider, ...(source && { client_secret: describeSecretSource(source) }) };
    }),
  };
}

async function writeJson(folder: Folder, name: string, value: unknown): Promise<void> {
  await folder.writeFile(name, utf8Bytes(`${JSON.stringify(value, undefined, 2)}\n`));
}

async function copyRecord({ api }: ExportEvidenceInput, folder: Folder): Promise<void> {
  await using copy = await folder.folder(AUDIT_FOLDER, { create: true });
  await exportLog(logSourceOf(api.audit), copy);
}

async function copyLogs(home: string, folder: Folder): Promise<void> {
  // A home that was never served has none.
  await using from = await Folder.open(join(resolve(home), LOGS_FOLDER), { create: true });
  await using to = await folder.folder(LOGS_FOLDER, { create: true });
  for (const { name, kind } of await from.entries()) {
    if (kind !== 'file') continue;
    // As long as it is now: a server may be writing to it.
    await using file = await from.openFile(name);
    await to.writeFile(name, await file.read(0, file.size));
  }
}

/** Every file of a folder with its SHA-256 (hex), ascending by path. */
export async function digestsOf(folder: Folder): Promise<readonly { path: string; sha256: string }[]> {
  const found: { path: string; sha256: string }[] = [];
  await walk(folder, '', found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function walk(
  folder: Folder,
  prefix: string,
  found: { path: string; sha256: string }[],
): Promise<void> {
  for (const { name, kind } of await folder.entries()) {
    if (kind === 'folder') {
      await using inner = await folder.folder(name);
      await walk(inner, `${prefix}${name}/`, found);
    } else {
      await using file = await folder.openFile(name);
      found.push({ path: `${prefix}${name}`, sha256: await digestOf(file) });
    }
  }
}

const CHUNK_BYTES = 1 << 20;

async function digestOf(file: Awaited<ReturnType<Folder['openFile']>>): Promise<string> {
  const hasher = createHasher('sha256');
  for (let at = 0; at < file.size; at += CHUNK_BYTES) {
    hasher.update(await file.read(at, CHUNK_BYTES));
  }
  return toHex(hasher.digest());
}
