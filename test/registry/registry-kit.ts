import { createHmac, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ModelName, parseModelName, type Version } from '../../src/api/index.ts';
import { createRegistry, type NewVersion, type Registry, type Seal } from '../../src/registry/index.ts';
import { type Catalogue, type NewFile, openSqliteCatalogue } from '../../src/storage/index.ts';
import { fileOf, leaseOf } from '../contract/catalogue-kit.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

export const CHURN: ModelName = parseModelName('acme/churn');

/** A seal with a key of its own. */
export function sealOf(key: string): Seal {
  const mac = (label: string, bytes: Uint8Array) =>
    createHmac('sha256', key).update(label).update('\0').update(bytes).digest();
  return {
    mac,
    verifyMac: (label, bytes, given) => {
      const expected = mac(label, bytes);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

export interface Bench {
  readonly path: string;
  readonly catalogue: Catalogue;
  readonly registry: Registry;
  /** Publishes, with one file of unlike content unless others are given. */
  readonly put: (words?: Partial<NewVersion>) => Promise<Version>;
}

/** A registry over a catalogue of its own. */
export async function openBench(t: TestContext): Promise<Bench> {
  const path = join(await temporaryFolder(t), 'catalogue.db');
  const catalogue = await openSqliteCatalogue({ path });
  t.after(() => catalogue.close());
  let ticks = 0;
  const now = () => new Date(Date.UTC(2026, 0, 1, 0, 0, ticks++)).toISOString();
  const registry = createRegistry({ catalogue, seal: sealOf('k'), now });
  let count = 0;
  const put = async (words: Partial<NewVersion> = {}) => {
    const files: readonly NewFile[] = words.files ?? [fileOf('model.onnx', `content ${count++}`)];
    const lease = leaseOf();
    await catalogue.reserveLease(
      lease,
      files.map((file) => file.blob.id),
    );
    const result = await registry.publishVersion({
      model: CHURN,
      createdBy: 'ada',
      assertMayMake: () => undefined,
      ...words,
      files,
      lease: lease.id,
    });
    if (result.outcome !== 'published') throw new Error(result.outcome);
    return result.version;
  };
  return { path, catalogue, registry, put };
}
