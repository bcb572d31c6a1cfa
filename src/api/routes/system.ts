import { z } from 'zod';
import { defineCall } from './define-route.ts';
import { list, time } from './fields.ts';
import { rootSeal } from './keys.ts';

const scans = z.object({
  ruleSet: z.string(),
  staleFiles: z.int(),
  staleVersions: z.int(),
  rescan: z
    .object({
      state: z.enum(['running', 'waiting', 'done', 'failed', 'stopped']),
      startedAt: time,
      code: z.string().exactOptional(),
      scanned: z.int(),
      skipped: z.int(),
      damaged: z.int(),
      withdrawn: list(z.string(), 1_000_000),
    })
    .exactOptional(),
});

const status = z
  .object({
    formatVersion: z.int(),
    vault: z.string(),
    namespaces: z.int(),
    models: z.int(),
    versions: z.int(),
    blobs: z.int(),
    logicalBytes: z.int(),
    storedBytes: z.int(),
    rootSeals: list(rootSeal),
    scans,
    warnings: list(z.string()),
  })
  .meta({ id: 'SystemStatus' });

const tag = 'System';

/** Rows of `api.system`. */
export const SYSTEM_ROUTES = {
  status: defineCall({
    id: 'system.status',
    method: 'GET',
    path: '/system/status',
    summary: 'Tells what the strongroom holds, and what is wrong with it.',
    tag,
    answer: status,
    call: (api) => api.system.status(),
  }),
} as const;
