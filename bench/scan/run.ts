// Our scanner beside others on the corpus, and on an archive of 1 GiB: `npm run bench:scan`. Prints JSON;
// `-- --docs` writes the table of docs/scanner.md as well.
import { missingParts, readCorpus } from '../../test/scan/corpus/corpus-case.ts';
import { makeCorpus } from '../../test/scan/corpus/make.ts';
import { type Outcome, scanCorpus } from '../../test/scan/corpus/scan-corpus.ts';
import { writeMeasured } from './document.ts';
import { measureLargeArchive } from './large-archive.ts';
import { type Answers, PEERS, runPeer } from './peers.ts';
import { type Score, scoreOf } from './score.ts';

makeCorpus(missingParts());
const corpus = readCorpus();
const outcomes = await scanCorpus(corpus);
const scores: Record<string, Score> = { strongroom: scoreOf(corpus, ours(outcomes)) };
for (const peer of PEERS) {
  const answers = runPeer(peer);
  if (answers === undefined) console.error(`skipped ${peer}: it is not installed, or failed`);
  else scores[peer] = scoreOf(corpus, answers);
}
const measured = { scores, largeArchive: measureLargeArchive() };
console.log(JSON.stringify(measured, undefined, 2));
if (process.argv.includes('--docs')) writeMeasured(measured, outcomes);

function ours(some: readonly Outcome[]): Answers {
  return Object.fromEntries(
    some.map(({ about, report, ms }) => {
      const isClean = report.verdict === 'clean' && report.status === 'complete';
      return [about.id, [isClean ? 'passed' : 'flagged', ms]];
    }),
  );
}
