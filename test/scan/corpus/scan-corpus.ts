import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { memorySource } from '../../../src/bytes/index.ts';
import { type ScanReport, scanSource } from '../../../src/scan/index.ts';
import { CORPUS_FOLDER, type Corpus, type CorpusCase } from './corpus-case.ts';

/** Time for one file of the corpus; all are small. */
const MAX_MS = 20_000;

/** What our scanner said of one file. */
export interface Outcome {
  readonly about: CorpusCase;
  readonly report: ScanReport;
  readonly isAsExpected: boolean;
  readonly ms: number;
}

/** Scans every file of the corpus, one after another. Throws when the scanner throws: it never should. */
export async function scanCorpus(corpus: Corpus): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const about of corpus.cases) outcomes.push(await scanCase(about));
  return outcomes;
}

async function scanCase(about: CorpusCase): Promise<Outcome> {
  const source = memorySource(readFileSync(join(CORPUS_FOLDER, about.file)));
  const started = performance.now();
  try {
    const report = await scanSource(source, { name: basename(about.file), limits: { maxMs: MAX_MS } });
    return { about, report, isAsExpected: isAsExpected(about, report), ms: performance.now() - started };
  } catch (error) {
    throw new Error(`the scan of ${about.file} failed`, { cause: error });
  }
}

/** Whether the report says what the case must be said to be. */
function isAsExpected({ expected }: CorpusCase, { verdict, status }: ScanReport): boolean {
  if (expected === 'clean') return verdict === 'clean' && status === 'complete';
  if (expected === 'not-clean') return verdict !== 'clean';
  if (expected === 'malicious') return verdict === 'malicious';
  return verdict === 'malicious' || verdict === 'suspicious';
}
