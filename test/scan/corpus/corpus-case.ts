import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** Where the generated corpus and the Python environments that make it lie; never committed. */
export const CORPUS_FOLDER = join(import.meta.dirname, '../../../.cache/scan-corpus');

/** The parts of the corpus, each with its own index. */
export const CORPUS_PARTS = ['benign', 'benign-torch', 'malicious'] as const;
export type CorpusPart = (typeof CORPUS_PARTS)[number];

const caseSchema = z.object({
  id: z.string(),
  file: z.string(),
  /**
   * `malicious`: must be said to be so; `suspicious-or-worse`: must be found; `not-clean`: cannot be judged or is
   * malformed, and must not be called clean; `clean`: must be called clean by a complete scan.
   */
  expected: z.enum(['malicious', 'suspicious-or-worse', 'not-clean', 'clean']),
  /** The trick or the public advisory. */
  trick: z.string().optional(),
});
const indexSchema = z.object({
  cases: z.array(caseSchema),
  skipped: z.array(z.object({ what: z.string(), why: z.string() })),
});

/** One file of the corpus. */
export type CorpusCase = z.infer<typeof caseSchema>;

/** The corpus as its makers described it. */
export type Corpus = z.infer<typeof indexSchema>;

/** The parts of the corpus that were not made yet. */
export function missingParts(): readonly CorpusPart[] {
  return CORPUS_PARTS.filter((part) => !existsSync(indexPath(part)));
}

/** Whether every part of the corpus was made. */
export function isCorpusMade(): boolean {
  return missingParts().length === 0;
}

/** Reads the indexes of the parts that were made, and writes them as one, `index.json`. */
export function readCorpus(): Corpus {
  const made = CORPUS_PARTS.filter((part) => existsSync(indexPath(part)));
  const indexes = made.map((part) => indexSchema.parse(JSON.parse(readFileSync(indexPath(part), 'utf8'))));
  const corpus: Corpus = {
    cases: indexes.flatMap(({ cases }) => cases),
    skipped: indexes.flatMap(({ skipped }) => skipped),
  };
  writeFileSync(join(CORPUS_FOLDER, 'index.json'), `${JSON.stringify(corpus, undefined, 1)}\n`);
  return corpus;
}

function indexPath(part: string): string {
  return join(CORPUS_FOLDER, `index-${part}.json`);
}
