import { openEvidence, parseVkey } from '../audit/index.ts';
import { digestsOf, EVIDENCE_NOTE, openStrongroom } from '../open/index.ts';
import { Folder } from '../storage/index.ts';
import type { CliContext } from './context.ts';
import type { EvidenceOperations } from './evidence-operations.ts';
import type { Unseal } from './unseal-with.ts';
import { withUnseal } from './wiring-unseal.ts';

/** A list of a hundred thousand files is shorter. */
const MAX_LIST_BYTES = 1_000_000;

/** Bundles of evidence, wired to the composition root. */
export function createEvidenceOperations(env: CliContext['env']): EvidenceOperations {
  const open = (home: string, unseal: Unseal) =>
    withUnseal(unseal, (source) => openStrongroom({ home, env, unseal: source }));
  return {
    async archiveAudit({ home, unseal, ...input }) {
      await using strongroom = await open(home, unseal);
      return await strongroom.archives.create(input);
    },
    async unarchiveAudit({ home, unseal, path }) {
      await using strongroom = await open(home, unseal);
      return await strongroom.archives.takeBack({ path });
    },
    async exportEvidence({ home, unseal, destination }) {
      await using strongroom = await open(home, unseal);
      return await strongroom.exportEvidence({ destination });
    },
    async verifyEvidence({ path, key }) {
      await using folder = await Folder.open(path);
      const list = await folder.readFile(EVIDENCE_NOTE, MAX_LIST_BYTES);
      const { at, files } = openEvidence(list, parseVkey(key));
      const found = new Map((await digestsOf(folder)).map(({ path: name, sha256 }) => [name, sha256]));
      found.delete(EVIDENCE_NOTE);
      const changed = files.filter(({ path: name, sha256 }) => found.get(name) !== sha256);
      for (const { path: name } of files) found.delete(name);
      return { at, files: files.length, wrong: [...changed.map((file) => file.path), ...found.keys()] };
    },
  };
}
