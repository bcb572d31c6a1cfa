// Scans the whole corpus and prints what was found and what was missed: `npm run scan:corpus`.
// Parts of the corpus that are missing are made first, or anew with `-- --make`; `-- --update` raises the ratchet.
import { CORPUS_PARTS, missingParts, readCorpus } from './corpus-case.ts';
import { makeCorpus } from './make.ts';
import { findSetbacks, raiseRatchet, readRatchet } from './ratchet.ts';
import { scanCorpus } from './scan-corpus.ts';
import { countOutcomes, formatTable } from './table.ts';

/** At most this share of the benign files may be blocked. */
const MAX_BLOCKED = 0.01;

makeCorpus(process.argv.includes('--make') ? CORPUS_PARTS : missingParts());
const corpus = readCorpus();
for (const { what, why } of corpus.skipped) console.log(`skipped ${what}: ${why}`);
const outcomes = await scanCorpus(corpus);
console.log(formatTable(outcomes));

const counts = countOutcomes(outcomes);
const setbacks = findSetbacks(counts, readRatchet());
for (const setback of setbacks) console.log(`setback: ${setback}`);
if (process.argv.includes('--update') && setbacks.length === 0) raiseRatchet(counts);
const isGood =
  counts.found === counts.malicious && counts.benign - counts.passed <= MAX_BLOCKED * counts.benign;
if (!isGood || setbacks.length > 0) process.exitCode = 1;
