import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { TestContext } from 'node:test';
import { parseModelName, parseNamespaceName } from '../../src/api/index.ts';
import {
  initHome,
  type OpenStrongroomOptions,
  openStrongroom,
  type Strongroom,
} from '../../src/open/index.ts';
import { scanSource } from '../../src/scan/index.ts';
import { SCANNER, temporaryFolder } from '../kit/temporary-home.ts';

export const CHURN = parseModelName('acme/churn');
export const ACME = parseNamespaceName('acme');

/** What `os.system('id')` looks like in protocol 0. */
export const EVIL_PICKLE = "cos\nsystem\n(S'id'\ntR.";
/** Bytes that no reader knows. */
export const UNKNOWN = Uint8Array.from({ length: 4000 }, (_, at) => (at * 7919 + (at >> 3)) & 0xff);
/** Text under a name that promises something else. */
export const SUSPICIOUS = { 'model.safetensors': 'model '.repeat(50) };

/** A fresh home with the secure defaults, and ways to open it as other people do. */
export async function strictHome(t: Pick<TestContext, 'after'>) {
  const home = join(await temporaryFolder(t), 'home');
  await initHome({ home });
  const open = async (options: Omit<OpenStrongroomOptions, 'home'> = {}): Promise<Strongroom> => {
    const strongroom = await openStrongroom({ home, scanner: SCANNER, ...options });
    t.after(() => strongroom.close());
    return strongroom;
  };
  const as = (id: string) => open({ caller: { type: 'local', id } });
  const { api } = await open();
  return { home, api, open, as };
}

/** The scanner as it would be with rules of its own. */
export function scannerWith(
  digest: string,
  change: (name: string) => 'clean' | 'suspicious' | 'malicious' | undefined,
) {
  const ruleSet = { version: 'test', digest };
  return {
    ruleSet,
    async scan(...[source, options]: Parameters<typeof scanSource>) {
      const report = await scanSource(source, options);
      return { ...report, verdict: change(options.name) ?? report.verdict, ruleSet };
    },
  };
}

/** Changes rows of the catalogue behind its back. */
export function meddle(home: string, sql: string): void {
  const raw = new DatabaseSync(join(home, 'catalogue.db'), { enableForeignKeyConstraints: false });
  raw.exec(sql);
  raw.close();
}
