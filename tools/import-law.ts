// The import law of src/, in one place: the check (tools/import-breaches.ts, run by test/architecture.test.ts)
// and the table in docs/architecture.md both read it. A folder imports only strictly lower ranks, so the import
// graph is the privilege map: what cannot import a door cannot use the power behind it.

/** One folder (or root file, by its name with `.ts`) of src/. */
export interface Place {
  readonly name: string;
  readonly rank: number;
  /** What it is for, as docs/architecture.md prints it. */
  readonly purpose: string;
  /** Where set, the only places it may import, whatever their rank. */
  readonly sees?: readonly string[];
}

const FACE_SEES = ['api', 'errors', 'bytes', 'telemetry', 'predictions'];

export const PLACES: readonly Place[] = [
  { name: 'errors', rank: 0, purpose: 'the closed set of kinds and codes' },
  { name: 'bytes', rank: 0, purpose: 'encodings, sources, streams, secrets', sees: ['errors'] },
  { name: 'api', rank: 1, purpose: 'the words: StrongroomApi, names, permissions' },
  { name: 'crypto', rank: 1, purpose: 'the one door to node:crypto: aead, kdf, hash, random' },
  { name: 'formats', rank: 1, purpose: 'pure readers of hostile bytes: pickle' },
  { name: 'storage', rank: 1, purpose: 'the one door to disk and database: ports and drivers/' },
  { name: 'network', rank: 1, purpose: 'the one door outward' },
  { name: 'runtime', rank: 1, purpose: 'the one door to processes and model runtimes' },
  { name: 'telemetry', rank: 1, purpose: 'structured log with redaction, metrics' },
  {
    name: 'container',
    rank: 2,
    purpose: 'FLOE stream, header, key slots, seal, open; foreign/: age, Fernet, Python packages',
  },
  { name: 'manifest', rank: 2, purpose: 'what a version consists of' },
  { name: 'scan', rank: 2, purpose: 'checks and their report' },
  { name: 'audit', rank: 2, purpose: 'entry, write-ahead log, Merkle tiles, checkpoint, verify' },
  { name: 'inference', rank: 2, purpose: 'sessions, batching, tensors, validation' },
  {
    name: 'predictions',
    rank: 2,
    purpose: 'how a model is asked and answers: the Open Inference Protocol, rows, CSV',
    sees: ['api', 'errors', 'bytes'],
  },
  { name: 'privacy', rank: 2, purpose: 'de-identification, differential privacy' },
  { name: 'transform', rank: 2, purpose: 'quantise, gradient graph, precision' },
  { name: 'abuse', rank: 2, purpose: 'rate limits, intrusion scenarios, blocks' },
  { name: 'keyring', rank: 3, purpose: 'root seals, KEKs, wrap, rotate, retire' },
  { name: 'signing', rank: 3, purpose: 'sign and verify a manifest, trust policy' },
  { name: 'trust', rank: 3, purpose: 'what a namespace trusts, and what follows from a scan' },
  { name: 'attestation', rank: 3, purpose: 'in-toto statements, CycloneDX, SLSA; the bundle format' },
  {
    name: 'settings',
    rank: 3,
    purpose: 'secret settings: their sources, their seal, their place in the file',
  },
  { name: 'registry', rank: 3, purpose: 'namespaces, models, versions, aliases, metrics' },
  { name: 'access', rank: 3, purpose: 'principals, tokens, roles, grants' },
  { name: 'robustness', rank: 3, purpose: 'attacks and their report' },
  { name: 'doctor', rank: 3, purpose: 'judges what is known of an installation, line by line' },
  { name: 'vault', rank: 4, purpose: 'the use-cases, one verb per file, behind the gate' },
  { name: 'http', rank: 5, purpose: 'serves a StrongroomApi', sees: FACE_SEES },
  {
    name: 'client',
    rank: 5,
    purpose: 'a StrongroomApi over HTTPS, for programs elsewhere',
    // It verifies what it downloads, so it needs the digests.
    sees: [...FACE_SEES, 'crypto'],
  },
  { name: 'config.ts', rank: 5, purpose: 'one schema: file + environment → typed Config' },
  { name: 'open', rank: 6, purpose: 'the composition root, read top to bottom' },
  { name: 'cli', rank: 7, purpose: 'the command line' },
  { name: 'index.ts', rank: 7, purpose: 'the library’s front door' },
  { name: 'bin.ts', rank: 8, purpose: 'checks the Node version, then starts cli' },
];

/** A module, or a family of them (`node:fs` stands for `node:fs/promises` too), and who may import it. */
export interface Door {
  readonly modules: readonly string[];
  /** Places that may; empty: nobody. */
  readonly places: readonly string[];
}

export const DOORS: readonly Door[] = [
  { modules: ['node:crypto'], places: ['crypto'] },
  { modules: ['@peculiar/x509', 'reflect-metadata'], places: ['crypto'] },
  { modules: ['node:fs', 'node:sqlite', 'kysely'], places: ['storage'] },
  { modules: ['node:worker_threads'], places: ['container', 'runtime'] },
  { modules: ['node:child_process', 'node:cluster'], places: ['runtime'] },
  {
    modules: ['node:net', 'node:http', 'node:https', 'node:http2', 'node:dns', 'node:tls', 'node:dgram'],
    places: ['network', 'http', 'client'],
  },
  { modules: ['onnxruntime-node'], places: ['runtime'] },
  { modules: ['node:process'], places: ['cli', 'config.ts', 'bin.ts', 'runtime'] },
  { modules: ['commander'], places: ['cli'] },
  { modules: ['openid-client'], places: ['access'] },
  { modules: ['jose'], places: ['access'] },
  { modules: ['fastify', '@fastify/multipart', '@fastify/under-pressure'], places: ['http'] },
  { modules: ['prom-client'], places: ['telemetry'] },
  { modules: ['node:module'], places: ['cli'] },
  { modules: ['jose', 'otpauth', '@simplewebauthn/server'], places: ['access'] },
  { modules: ['node:vm', 'node:inspector'], places: [] },
];

/** A global that is a power, and who may name it. */
export interface GlobalDoor {
  readonly name: string;
  readonly places: readonly string[];
}

export const GLOBAL_DOORS: readonly GlobalDoor[] = [
  { name: 'process', places: ['cli', 'config.ts', 'bin.ts', 'runtime'] },
  { name: 'fetch', places: ['network', 'client'] },
  { name: 'eval', places: [] },
  { name: 'Function', places: [] },
];

/** Drivers hide behind their ports: only the composition root names one. */
export const DRIVERS = { folder: 'storage', subfolder: 'drivers', namedBy: ['open'] } as const;

/** Names that say nothing about what is inside; also as the last word of a name, `string-utils`. */
export const DRAWER_NAMES: readonly string[] = [
  'util',
  'utils',
  'helper',
  'helpers',
  'common',
  'shared',
  'core',
  'misc',
  'lib',
  'service',
  'services',
  'manager',
  'managers',
  'types',
];
