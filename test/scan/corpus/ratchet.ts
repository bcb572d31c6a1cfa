import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { CorpusCounts } from './table.ts';

const RATCHET_PATH = join(import.meta.dirname, '../ratchet.json');
const count = z.number().int().nonnegative();
const ratchetSchema = z.strictObject({ malicious: count, found: count, benign: count, passed: count });

/** The counts of the best run so far; they may only rise. */
export function readRatchet(): CorpusCounts {
  return ratchetSchema.parse(JSON.parse(readFileSync(RATCHET_PATH, 'utf8')));
}

/** What fell behind the best run, in words; empty when nothing did. Misses and false positives may not rise either. */
export function findSetbacks(counts: CorpusCounts, best: CorpusCounts): string[] {
  const setbacks: string[] = [];
  for (const key of ['malicious', 'found', 'benign', 'passed'] as const) {
    if (counts[key] < best[key]) setbacks.push(`${key} fell from ${best[key]} to ${counts[key]}`);
  }
  const [missed, missedBest] = [counts.malicious - counts.found, best.malicious - best.found];
  if (missed > missedBest) setbacks.push(`misses rose from ${missedBest} to ${missed}`);
  const [blocked, blockedBest] = [counts.benign - counts.passed, best.benign - best.passed];
  if (blocked > blockedBest) setbacks.push(`benign files blocked rose from ${blockedBest} to ${blocked}`);
  return setbacks;
}

/** Writes the counts of a better run. Throws when it is no better. */
export function raiseRatchet(counts: CorpusCounts): void {
  const setbacks = findSetbacks(counts, readRatchet());
  if (setbacks.length > 0) throw new Error(`the ratchet only rises: ${setbacks.join(', ')}`);
  writeFileSync(RATCHET_PATH, `${JSON.stringify(counts, undefined, 2)}\n`);
}
