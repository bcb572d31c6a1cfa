// Our software against real peers: `npm run test:interop`, or with `-- --quick` on small files only.
// A peer that is not on the machine is said to be missing, and its checks are skipped.
import { ageChecks } from './age.ts';
import { attackChecks } from './attacks.ts';
import { attestationChecks } from './attestations.ts';
import type { Check } from './check.ts';
import { intrusionChecks } from './intrusions.ts';
import { modelSigningChecks } from './model-signing.ts';
import { observerChecks } from './observers.ts';
import { oidcChecks } from './oidc.ts';
import { passkeyChecks } from './passkeys.ts';
import { findPeers } from './peers.ts';
import { plaintextChecks } from './prediction-plaintext.ts';
import { predictionChecks } from './predictions.ts';
import { pythonChecks } from './python.ts';
import { tlogChecks } from './tlog.ts';
import { Workshop } from './workshop.ts';
import { zstdChecks } from './zstd.ts';

const QUICK_BYTES = 3 * 2 ** 20 + 17;
const FULL_BYTES = 256 * 2 ** 20 + 17;

const peers = findPeers();
/** Words of names: only checks with all of them are run. */
const words = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const isQuick = process.argv.includes('--quick');
const fileBytes = isQuick ? QUICK_BYTES : FULL_BYTES;
const checks: readonly Check[] = [
  ...ageChecks(peers, fileBytes),
  ...pythonChecks(peers, fileBytes),
  ...modelSigningChecks(isQuick),
  ...attestationChecks(),
  ...oidcChecks(),
  ...passkeyChecks(peers.chromium),
  ...zstdChecks(peers, fileBytes),
  ...tlogChecks(),
  ...attackChecks(isQuick),
  ...intrusionChecks(),
  ...predictionChecks(),
  ...observerChecks(),
  ...plaintextChecks(),
].filter(({ name }) => words.every((word) => name.includes(word)));

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const check of checks) counts[await runCheck(check)]++;
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
if (counts.failed > 0) process.exitCode = 1;

async function runCheck(check: Check): Promise<keyof typeof counts> {
  if (check.missing !== undefined) {
    console.log(`skipped  ${check.name} (${check.missing} is not here)`);
    return 'skipped';
  }
  const workshop = new Workshop();
  try {
    await check.run(workshop);
    console.log(`passed   ${check.name}`);
    return 'passed';
  } catch (error) {
    console.log(`failed   ${check.name}\n${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    return 'failed';
  } finally {
    workshop.close();
  }
}
