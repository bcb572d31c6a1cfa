// Somebody with the disk but no key changes what is stored. What was changed is refused and named; the rest opens.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { appendFile, copyFile, cp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { parseNamespaceName, type Version } from '../../src/api/index.ts';
import { streamOf } from '../../src/bytes/index.ts';
import { formatHeader, SegmentPool, sealPayload } from '../../src/container/index.ts';
import { isStrongroomError } from '../../src/errors/index.ts';
import { openStrongroom, type Strongroom } from '../../src/open/index.ts';
import { rawKeyRecipient } from '../../src/vault/index.ts';
import { putOf, temporaryFolder, temporaryHome } from '../kit/temporary-home.ts';
import { blobFolder, CHURN, contentOf, meddle, newestOf, PRODUCTION, rewrite } from './home-kit.ts';

/** Three segments of 256 KiB and a bit. */
const WEIGHTS = randomBytes(600_000);
const SEGMENT = 262_144;

interface Victim {
  readonly home: string;
  readonly strongroom: Strongroom;
  readonly versions: readonly [Version, Version];
  /** The folder of the blob of version 1 that is to be damaged. */
  readonly blob: string;
  readonly payload: string;
}

let made: ReturnType<typeof makeVictim> | undefined;

/** A copy of a home that is made once, open. */
async function openVictim(t: TestContext): Promise<Victim> {
  made ??= makeVictim(t);
  const { home: first, versions } = await made;
  const home = join(await temporaryFolder(t), 'home');
  await cp(first, home, { recursive: true });
  const strongroom = await openStrongroom({ home });
  t.after(() => strongroom.close());
  const blob = blobFolder(home, versions[0]);
  return { home, strongroom, versions, blob, payload: join(blob, 'payload') };
}

async function makeVictim(t: TestContext): Promise<Pick<Victim, 'home' | 'versions'>> {
  const { home, strongroom } = await temporaryHome(t);
  const { versions } = strongroom.api;
  const one = await versions.put(putOf('acme/churn', { 'm.bin': WEIGHTS, 'readme.txt': 'one' }));
  const metrics = { accuracy: 0.9 };
  const two = await versions.put(putOf('acme/churn', { 'm.bin': 'two' }, { metrics, aliases: [PRODUCTION] }));
  await strongroom.close();
  return { home, versions: [one, two] };
}

/** The damaged file is refused and reported, by its name alone; everything else opens. */
async function assertFoundOut(victim: Victim, codes: readonly string[]): Promise<void> {
  const { strongroom } = victim;
  await assert.rejects(
    contentOf(strongroom, 1),
    (error) => isStrongroomError(error) && error.kind === 'damaged' && codes.includes(error.code),
  );
  assert.equal((await contentOf(strongroom, 2)).toString(), 'two');
  for (const depth of ['full', 'sealed'] as const) {
    const { findings, isClean } = await strongroom.api.versions.verify({ depth });
    assert.equal(isClean, false);
    assert.deepEqual(
      findings.map((finding) => finding.subject),
      ['acme/churn@1 m.bin'],
    );
    assert.ok(codes.includes(findings[0]!.code), findings[0]!.code);
  }
}

const TAMPERED = ['CONTAINER_TAMPERED'];
const WRONG_SIZE = ['CONTAINER_TRUNCATED'];

function flip(at: number): (bytes: Buffer) => Buffer {
  return (bytes) => {
    const index = at < 0 ? bytes.length + at : at;
    bytes[index]! ^= 1;
    return bytes;
  };
}

const PAYLOAD_DAMAGE: readonly (readonly [string, readonly string[], (payload: string) => Promise<void>])[] =
  [
    ['a flipped bit at the start', TAMPERED, (payload) => rewrite(payload, flip(0))],
    ['a flipped bit in the middle', TAMPERED, (payload) => rewrite(payload, flip(SEGMENT + 7))],
    ['a flipped bit at the end', TAMPERED, (payload) => rewrite(payload, flip(-1))],
    ['a missing byte', WRONG_SIZE, (payload) => rewrite(payload, (bytes) => bytes.subarray(0, -1))],
    ['no last segment', WRONG_SIZE, (payload) => truncate(payload, 2 * SEGMENT)],
    ['nothing', WRONG_SIZE, (payload) => truncate(payload, 0)],
    ['a byte too many', WRONG_SIZE, (payload) => appendFile(payload, 'x')],
    [
      'two segments exchanged',
      TAMPERED,
      (payload) =>
        rewrite(payload, (bytes) =>
          Buffer.concat([
            bytes.subarray(SEGMENT, 2 * SEGMENT),
            bytes.subarray(0, SEGMENT),
            bytes.subarray(2 * SEGMENT),
          ]),
        ),
    ],
    [
      'a segment repeated in the place of another',
      TAMPERED,
      (payload) => rewrite(payload, (bytes) => bytes.fill(bytes.subarray(0, SEGMENT), SEGMENT, 2 * SEGMENT)),
    ],
    ['no payload at all', ['BLOB_MISSING'], (payload) => rm(payload)],
  ];

suite('a payload with', { concurrency: 3 }, () => {
  for (const [what, codes, damage] of PAYLOAD_DAMAGE) {
    test(`${what} is refused and named`, async (t) => {
      const victim = await openVictim(t);
      await damage(victim.payload);
      await assertFoundOut(victim, codes);
    });
  }
});

suite('a header that', { concurrency: 3 }, () => {
  test('is gone is a gap that is named', async (t) => {
    const victim = await openVictim(t);
    await rm(await newestOf(victim.blob, 'header'));
    await assertFoundOut(victim, ['BLOB_MISSING']);
  });

  test('was exchanged with the one of another blob is refused on both sides', async (t) => {
    const { home, strongroom, versions, blob } = await openVictim(t);
    const one = await newestOf(blob, 'header');
    const two = await newestOf(blobFolder(home, versions[1]), 'header');
    await rename(one, `${one}.aside`);
    await rename(two, one);
    await rename(`${one}.aside`, two);
    for (const version of [1, 2])
      await assert.rejects(contentOf(strongroom, version), { code: 'CONTAINER_MISPLACED' });
    const { findings } = await strongroom.api.versions.verify({});
    assert.deepEqual(findings.map(({ subject, code }) => `${subject} ${code}`).sort(), [
      'acme/churn@1 m.bin CONTAINER_MISPLACED',
      'acme/churn@2 m.bin CONTAINER_MISPLACED',
    ]);
  });

  test('came back with its payload in the place of another blob is refused', async (t) => {
    const victim = await openVictim(t);
    const other = blobFolder(victim.home, victim.versions[1]);
    await copyFile(join(other, 'payload'), victim.payload);
    await copyFile(await newestOf(other, 'header'), await newestOf(victim.blob, 'header'));
    await assertFoundOut(victim, ['CONTAINER_MISPLACED']);
  });

  test('is of before a rotation is refused when it is put back', async (t) => {
    const victim = await openVictim(t);
    const first = await newestOf(victim.blob, 'header');
    const old = await readFile(first);
    await victim.strongroom.api.keys.rotate({ name: 'acme' });
    const second = await newestOf(victim.blob, 'header');
    assert.notEqual(basename(second), basename(first));
    await writeFile(second, old);
    await assertFoundOut(victim, ['CONTAINER_ROLLED_BACK']);
    await rm(second);
    await writeFile(first, old);
    await assertFoundOut(victim, ['CONTAINER_ROLLED_BACK']);
  });

  for (const field of ['createdAt', 'payloadCheck', 'mac', 'floe', 'metadata']) {
    test(`says another ${field} is refused`, async (t) => {
      const victim = await openVictim(t);
      await rewrite(await newestOf(victim.blob, 'header'), (bytes) => {
        const changed = bytes
          .toString()
          .replace(new RegExp(`("${field}":"[^"]{10})(.)`), (_, before: string, sign: string) => {
            return `${before}${sign === '1' ? '2' : '1'}`;
          });
        assert.notEqual(changed, bytes.toString());
        return Buffer.from(changed);
      });
      await assert.rejects(
        contentOf(victim.strongroom, 1),
        (error) => isStrongroomError(error) && ['damaged', 'forbidden'].includes(error.kind),
      );
      const { findings } = await victim.strongroom.api.versions.verify({});
      assert.deepEqual(
        findings.map((finding) => finding.subject),
        ['acme/churn@1 m.bin'],
      );
    });
  }

  test('is of a gigabyte is refused before it is read', async (t) => {
    const victim = await openVictim(t);
    await truncate(await newestOf(victim.blob, 'header'), 2 ** 30);
    await assert.rejects(contentOf(victim.strongroom, 1), { code: 'CONTAINER_LIMIT' });
    assert.equal((await contentOf(victim.strongroom, 2)).toString(), 'two');
  });
});

test('a stored file is not replaced by one that needs no key, not even with the same content', async (t) => {
  const victim = await openVictim(t);
  await using pool = SegmentPool.open();
  const chunks: Buffer[] = [];
  const { header } = await sealPayload(
    {
      vault: (await victim.strongroom.api.system.status()).vault,
      blob: basename(victim.blob),
      name: 'm.bin',
      input: streamOf(WEIGHTS),
      write: (chunk) => Promise.resolve(void chunks.push(Buffer.from(new Uint8Array(chunk)))),
      recipients: [],
      encryption: 'off',
      createdAt: new Date().toISOString(),
    },
    { pool },
  );
  await writeFile(victim.payload, Buffer.concat(chunks));
  await writeFile(await newestOf(victim.blob, 'header'), formatHeader(header));
  await assert.rejects(contentOf(victim.strongroom, 1), { kind: 'damaged' });
  const { findings } = await victim.strongroom.api.versions.verify({});
  assert.deepEqual(
    findings.map((finding) => finding.subject),
    ['acme/churn@1 m.bin'],
  );
});

test('a damaged header does not stop a rotation: it is counted, and the others are wrapped anew', async (t) => {
  const victim = await openVictim(t);
  const { keys, versions } = victim.strongroom.api;
  await rewrite(await newestOf(victim.blob, 'header'), (bytes) => bytes.subarray(0, bytes.length / 2));
  const [report] = await keys.rotate({});
  assert.deepEqual([report?.version, report?.rewrapped, report?.damaged], [2, 2, 1]);
  assert.equal((await contentOf(victim.strongroom, 2)).toString(), 'two');
  const retire = () => keys.retire({ name: 'acme', version: 1 });
  await assert.rejects(retire(), { code: 'KEY_VERSION_IN_USE' });
  const [again] = await keys.rotate({ data: true });
  assert.deepEqual([again?.reencrypted, again?.damaged], [2, 1]);
  await versions.remove({ model: CHURN, version: 1 });
  await retire();
});

test('a missing blob does not stop a rotation either', async (t) => {
  const victim = await openVictim(t);
  await rm(await newestOf(victim.blob, 'header'));
  const [report] = await victim.strongroom.api.keys.rotate({});
  assert.deepEqual([report?.rewrapped, report?.damaged], [2, 1]);
});

test('damage is found while a sealed file is written for somebody outside', async (t) => {
  const victim = await openVictim(t);
  for (const [damage, code] of [
    [flip(SEGMENT + 7), 'CONTAINER_TAMPERED'],
    [(bytes: Buffer) => bytes.subarray(0, -1), 'CONTAINER_TRUNCATED'],
  ] as const) {
    await rewrite(victim.payload, damage);
    const written = victim.strongroom.exportSealed({
      ref: { model: CHURN, version: 1 },
      recipients: [rawKeyRecipient(randomBytes(32))],
      target: () => Promise.resolve({ writeAt: () => Promise.resolve() }),
    });
    await assert.rejects(written, { code });
  }
});

test('what is put again after damage is kept, and not thrown away for the damaged twin', async (t) => {
  const victim = await openVictim(t);
  await rewrite(victim.payload, flip(SEGMENT + 7));
  const again = await victim.strongroom.api.versions.put(
    putOf('acme/churn', { 'm.bin': WEIGHTS, 'readme.txt': 'one' }),
  );
  assert.notEqual(blobFolder(victim.home, again), victim.blob);
  assert.equal(
    blobFolder(victim.home, again, 'readme.txt'),
    blobFolder(victim.home, victim.versions[0], 'readme.txt'),
    'the sound twin is shared',
  );
  assert.ok((await contentOf(victim.strongroom, 3)).equals(WEIGHTS));
});

test('a blob that nobody knows is reported', async (t) => {
  const { home, strongroom, versions } = await openVictim(t);
  const { api } = strongroom;
  meddle(home, 'delete from version_files where version = 2; delete from metrics; delete from aliases');
  meddle(home, 'delete from versions where number = 2');
  meddle(home, `delete from blobs where id = '${versions[1].files[0]!.blob}'`);
  const { findings } = await api.versions.verify({});
  assert.deepEqual(
    findings.map(({ subject, code }) => `${subject} ${code}`),
    [`blob ${versions[1].files[0]!.blob} BLOB_ORPHAN`],
  );
});

test('a keyring of before a rotation is refused when it is put back', async (t) => {
  const { home, strongroom } = await openVictim(t);
  const first = await newestOf(join(home, 'keys'), 'keyring');
  const old = await readFile(first);
  await strongroom.api.keys.rotate({});
  await strongroom.close();
  const second = await newestOf(join(home, 'keys'), 'keyring');
  assert.notEqual(second, first);
  await writeFile(second, old);
  await assert.rejects(openStrongroom({ home }), { code: 'KEYRING_ROLLED_BACK', kind: 'damaged' });
  await rm(second);
  await writeFile(first, old);
  await assert.rejects(openStrongroom({ home }), { code: 'KEYRING_ROLLED_BACK' });
});

test('a keyring with a changed byte, or none, does not open', async (t) => {
  const { home, strongroom } = await openVictim(t);
  await strongroom.close();
  const file = await newestOf(join(home, 'keys'), 'keyring');
  const sound = await readFile(file);
  for (const share of [0.1, 0.5, 0.9]) {
    await rewrite(file, flip(Math.floor(sound.length * share)));
    await assert.rejects(
      openStrongroom({ home }),
      (error) => isStrongroomError(error) && ['damaged', 'forbidden', 'invalid'].includes(error.kind),
    );
    await writeFile(file, sound);
  }
  await rm(file);
  await assert.rejects(
    openStrongroom({ home }),
    (error) => isStrongroomError(error) && ['KEYRING_MISSING', 'KEYRING_ROLLED_BACK'].includes(error.code),
  );
});

const EDITS: readonly (readonly [string, string, (strongroom: Strongroom) => Promise<unknown>])[] = [
  [
    'an alias that was moved',
    'update aliases set version = 1',
    ({ api }) => api.versions.open({ model: CHURN, alias: PRODUCTION }),
  ],
  [
    'a file that should have another content',
    `update version_files set sha256 = '${'0'.repeat(64)}' where version = 1`,
    ({ api }) => api.versions.open({ model: CHURN, version: 1 }),
  ],
  [
    'a file that was taken away',
    "delete from version_files where path = 'readme.txt'",
    ({ api }) => api.versions.get({ model: CHURN, version: 1 }),
  ],
  [
    'a metric that was bettered',
    'update metrics set value = 0.99',
    ({ api }) => api.versions.best({ model: CHURN, metric: 'accuracy' }),
  ],
  [
    'an encryption that was switched off',
    "update namespaces set encryption = 'off'",
    ({ api }) => api.versions.put(putOf('acme/churn', { 'm.bin': 'three' })),
  ],
  [
    'a direction that was turned round',
    `update models set metric_directions = '{"accuracy":"lower"}'`,
    ({ api }) => api.models.get({ model: CHURN }),
  ],
];

suite('in a catalogue that was edited by hand', { concurrency: 3 }, () => {
  for (const [what, sql, use] of EDITS) {
    test(`${what} is refused where it is used, and verification tells`, async (t) => {
      const { home, strongroom } = await openVictim(t);
      meddle(home, sql);
      await assert.rejects(use(strongroom), { code: 'REGISTRY_TAMPERED', kind: 'damaged' });
      const { findings } = await strongroom.api.versions.verify({});
      assert.ok(findings.some((finding) => finding.code === 'REGISTRY_TAMPERED'));
    });
  }

  test('a file that was exchanged for another of the same model is refused', async (t) => {
    const { home, strongroom, versions } = await openVictim(t);
    const blob = versions[1].files[0]!.blob;
    meddle(home, `update version_files set blob = '${blob}' where version = 1 and path = 'm.bin'`);
    await assert.rejects(contentOf(strongroom, 1), { kind: 'damaged' });
    assert.equal((await strongroom.api.versions.verify({})).isClean, false);
  });

  test('a key version that was noted wrongly shuts nothing', async (t) => {
    const { home, strongroom } = await openVictim(t);
    meddle(home, 'update blobs set key_version = 9');
    assert.ok((await contentOf(strongroom, 1)).equals(WEIGHTS));
  });
});

test('what was written without encryption, by decision, is still checked', async (t) => {
  const { home, strongroom } = await temporaryHome(t);
  const { namespaces, versions } = strongroom.api;
  await namespaces.create({ name: parseNamespaceName('acme'), encryption: 'off' });
  const version = await versions.put(putOf('acme/churn', { 'm.bin': WEIGHTS }));
  await rewrite(join(blobFolder(home, version), 'payload'), flip(300_000));
  await assert.rejects(contentOf(strongroom, 1), { code: 'CONTAINER_TAMPERED' });
  const { findings } = await versions.verify({});
  assert.deepEqual(
    findings.map((finding) => finding.subject),
    ['acme/churn@1 m.bin'],
  );
});
