import { z } from 'zod';
import { defineAct, defineCall, defineList, defineLong } from './define-route.ts';
import {
  base64,
  id,
  line,
  list,
  modelName,
  namespaceName,
  passphrase,
  time,
  versionNumber,
} from './fields.ts';

const keyName = z.union([namespaceName, modelName]);

const key = z
  .object({
    name: z.string(),
    versions: list(
      z.object({
        version: z.int(),
        state: z.enum(['active', 'retiring', 'disabled', 'destroyed']),
        createdAt: time,
        disabledAt: time.exactOptional(),
        blobCount: z.int(),
      }),
    ),
  })
  .meta({ id: 'Key' });

const rotation = z
  .object({
    key: z.string(),
    version: z.int(),
    rewrapped: z.int(),
    reencrypted: z.int(),
    skipped: z.int(),
    damaged: z.int(),
  })
  .meta({ id: 'RotationReport' });

const BACKUP_BYTES = 64 << 20;
const backup: z.ZodType<Uint8Array, { content: string }> = z.codec(
  z.object({ content: base64(BACKUP_BYTES) }),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  { decode: ({ content }) => content, encode: (content) => ({ content }) },
);

const tag = 'Keys';

/** Rows of `api.keys`. */
export const KEY_ROUTES = {
  list: defineList({
    id: 'keys.list',
    method: 'GET',
    path: '/keys',
    summary: 'Lists the keys and what each of their versions still wraps.',
    tag,
    item: key,
    key: ({ name }) => name,
    call: (api) => api.keys.list(),
  }),
  rotate: defineLong({
    id: 'keys.rotate',
    method: 'POST',
    path: '/keys/rotate',
    summary: 'Makes a new version of one key, or of all, and wraps every data key anew.',
    tag,
    body: {
      name: keyName.exactOptional(),
      data: z.boolean().exactOptional(),
      accessCode: passphrase.exactOptional(),
    },
    answer: list(rotation),
    call: (api, input, running) => api.keys.rotate({ ...input, ...running }),
  }),
  retire: defineCall({
    id: 'keys.retire',
    method: 'POST',
    path: '/keys/retire',
    summary: 'Disables an old version of a key that nothing refers to.',
    tag,
    errors: ['KEY_UNKNOWN', 'KEY_VERSION_IN_USE'],
    body: { name: keyName, version: versionNumber },
    answer: key,
    call: (api, input) => api.keys.retire(input),
  }),
  destroy: defineCall({
    id: 'keys.destroy',
    method: 'POST',
    path: '/keys/destroy',
    summary: 'Destroys a disabled version of a key for good.',
    errors: ['KEY_UNKNOWN', 'APPROVAL_REQUIRED'],
    tag,
    body: { name: keyName, version: versionNumber, now: z.boolean().exactOptional() },
    answer: key,
    call: (api, input) => api.keys.destroy(input),
  }),
  backup: defineCall({
    id: 'keys.backup',
    method: 'POST',
    path: '/keys/backup',
    summary: 'Gives all keys as one file under a passphrase, to be kept apart from the data.',
    tag,
    givesSecret: true,
    body: { passphrase },
    answer: backup,
    call: (api, input) => api.keys.backup(input),
  }),
} as const;

const kind = z.enum(['key-file', 'key-env', 'passphrase', 'shares']);

/** A root seal as it is answered. */
export const rootSeal = z
  .object({
    id: z.string(),
    kind,
    createdAt: time,
    label: z.string(),
    shares: z.object({ total: z.int(), threshold: z.int() }).exactOptional(),
  })
  .meta({ id: 'RootSeal' });

const label = line(128).exactOptional();
const rootKey = base64(64);
const newSeal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('key-file'), key: rootKey, label }),
  z.strictObject({ kind: z.literal('key-env'), key: rootKey, label }),
  z.strictObject({
    kind: z.literal('passphrase'),
    passphrase,
    kdf: z.enum(['argon2id', 'scrypt', 'pbkdf2-sha512', 'pbkdf2-sha256']).exactOptional(),
    label,
  }),
  z.strictObject({
    kind: z.literal('shares'),
    total: z.int().min(2).max(255),
    threshold: z.int().min(2).max(255),
    label,
  }),
]);

const addedSeal = z
  .object({ seal: rootSeal, shares: list(z.string()).exactOptional() })
  .meta({ id: 'AddedRootSeal' });

/** Rows of `api.root`. */
export const ROOT_ROUTES = {
  list: defineList({
    id: 'root.list',
    method: 'GET',
    path: '/root/seals',
    summary: 'Lists what protects the root key.',
    tag,
    item: rootSeal,
    key: (seal) => `${seal.createdAt} ${seal.id}`,
    call: (api) => api.root.list(),
  }),
  add: defineCall({
    id: 'root.add',
    method: 'POST',
    path: '/root/seals',
    summary: 'Seals the root key once more.',
    tag,
    status: 201,
    givesSecret: true,
    body: { seal: newSeal },
    answer: addedSeal,
    call: (api, { seal }) => api.root.add(seal),
  }),
  remove: defineAct({
    id: 'root.remove',
    method: 'DELETE',
    path: '/root/seals/{id}',
    summary: 'Removes a root seal, unless it is the last.',
    tag,
    params: z.strictObject({ id }),
    call: (api, input) => api.root.remove(input),
  }),
  change: defineCall({
    id: 'root.change',
    method: 'POST',
    path: '/root/change',
    summary: 'Makes a new root key under the given seals; all others end.',
    tag,
    givesSecret: true,
    body: { seals: z.array(newSeal).min(1).max(16).readonly() },
    answer: list(addedSeal),
    call: (api, input) => api.root.change(input),
  }),
} as const;
