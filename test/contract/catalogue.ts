import assert from 'node:assert/strict';
import { withCode } from '../storage/temporary-folder.ts';
import { AT, checkerOf, decideFor, fileOf, leaseOf, type OpenCatalogue, publish } from './catalogue-kit.ts';

const NAMESPACE = { name: 'acme', createdAt: AT, encryption: 'on', keyScope: 'namespace', mac: 'n' } as const;

/** What every driver of the catalogue must do about the home, namespaces, models, versions and acts. */
export function testCatalogue(driver: string, open: OpenCatalogue): void {
  const check = checkerOf(driver, open);

  check('belongs to the vault that claimed it first, also after opening again', async (catalogue, again) => {
    assert.equal(await catalogue.findVault(), undefined);
    assert.equal(await catalogue.claim('one'), 'one');
    assert.equal(await catalogue.claim('two'), 'one');
    assert.equal(await (await again()).findVault(), 'one');
  });

  check('remembers the highest keyring generation', async (catalogue) => {
    assert.equal(await catalogue.keyringGeneration(), 0);
    await catalogue.noteKeyringGeneration(3);
    await catalogue.noteKeyringGeneration(2);
    assert.equal(await catalogue.keyringGeneration(), 3);
  });

  check('creates, changes, lists and removes namespaces', async (catalogue) => {
    await catalogue.createNamespace(NAMESPACE);
    await catalogue.createNamespace({ ...NAMESPACE, name: 'beta' });
    await assert.rejects(catalogue.createNamespace(NAMESPACE), withCode('NAMESPACE_EXISTS'));
    await catalogue.updateNamespace('acme', (row) => ({ ...row, encryption: 'off', mac: 'x' }));
    assert.deepEqual(await catalogue.findNamespace('acme'), {
      ...NAMESPACE,
      encryption: 'off',
      mac: 'x',
      modelCount: 0,
    });
    assert.deepEqual(
      (await catalogue.listNamespaces()).map((row) => row.name),
      ['acme', 'beta'],
    );
    await catalogue.removeNamespace('beta');
    assert.equal(await catalogue.findNamespace('beta'), undefined);
    await assert.rejects(catalogue.removeNamespace('beta'), withCode('NAMESPACE_MISSING'));
    await assert.rejects(
      catalogue.updateNamespace('beta', (row) => row),
      withCode('NAMESPACE_MISSING'),
    );
  });

  check('does not remove a namespace that holds models', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
    await assert.rejects(catalogue.removeNamespace('acme'), withCode('NAMESPACE_NOT_EMPTY'));
  });

  check('publishes a version with all that belongs to it', async (catalogue) => {
    const files = [fileOf('b/c', 'two'), { ...fileOf('a', 'one'), sha512: 'ff'.repeat(64) }];
    const lease = leaseOf();
    await catalogue.reserveLease(
      lease,
      files.map((file) => file.blob.id),
    );
    const request = { lease: lease.id, model: 'acme/churn', files, at: AT };
    const of = { model: 'acme/churn', version: 1, mac: 'a' };
    const result = await catalogue.publishVersion(
      request,
      decideFor(request, {
        aliases: [{ ...of, alias: 'production', setAt: AT }],
        metrics: [{ ...of, name: 'rmse', value: 0.1 + 0.2 }],
      }),
    );
    assert.equal(result.outcome, 'published');
    const version = await catalogue.findVersion('acme/churn', 'newest');
    assert.deepEqual(result.version, version);
    assert.deepEqual(version?.files, [
      {
        path: 'a',
        size: 3,
        sha256: files[1]!.blob.sha256,
        sha512: 'ff'.repeat(64),
        blob: files[1]!.blob.id,
        storedSize: 19,
      },
      { path: 'b/c', size: 3, sha256: files[0]!.blob.sha256, blob: files[0]!.blob.id, storedSize: 19 },
    ]);
    assert.deepEqual(version.metrics, [{ ...of, name: 'rmse', value: 0.1 + 0.2 }]);
    assert.deepEqual(version.aliases, [{ ...of, alias: 'production', setAt: AT }]);
    assert.deepEqual(version.metadata, { framework: 'onnx' });
    assert.deepEqual(await catalogue.findVersion('acme/churn', { alias: 'production' }), version);
    assert.deepEqual(await catalogue.findVersion('acme/churn', { version: 1 }), version);
    assert.equal(await catalogue.findVersion('acme/churn', { version: 2 }), undefined);
    assert.equal(await catalogue.findVersion('acme/churn', { alias: 'staging' }), undefined);
    assert.deepEqual(await catalogue.listLeases(), []);
    assert.deepEqual(await catalogue.findBlob(files[1]!.blob.id), { ...files[1]!.blob, model: 'acme/churn' });
    const model = await catalogue.findModel('acme/churn');
    assert.equal(model?.latestVersion, 1);
    assert.equal(model.versionCount, 1);
    assert.deepEqual(model.aliases, version.aliases);
  });

  check('leaves nothing when the decision throws', async (catalogue) => {
    const file = fileOf('a', 'a');
    const lease = leaseOf();
    await catalogue.reserveLease(lease, [file.blob.id]);
    const request = { lease: lease.id, model: 'acme/churn', files: [file], at: AT };
    await assert.rejects(
      catalogue.publishVersion(request, () => {
        throw new Error('no');
      }),
      /^Error: no$/,
    );
    assert.deepEqual(await catalogue.listModels(), []);
    assert.equal((await catalogue.listLeases()).length, 1);
    const result = await catalogue.publishVersion(request, decideFor(request));
    assert.equal(result.outcome, 'published');
    assert.equal(result.version.version, 1);
  });

  check('never uses a version number again, not even after the model was removed', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', '1')]);
    await publish(catalogue, 'acme/churn', [fileOf('a', '2')]);
    await catalogue.removeVersion('acme/churn', 2, AT);
    assert.equal((await publish(catalogue, 'acme/churn', [fileOf('a', '3')])).version.version, 3);
    await catalogue.removeModel('acme/churn', AT);
    assert.equal((await publish(catalogue, 'acme/churn', [fileOf('a', '4')])).version.version, 4);
  });

  check('stores identical files of a model once', async (catalogue) => {
    const [first, twin, inner, other] = ['same', 'same', 'same', 'other'].map((content, at) =>
      fileOf(`f${at}`, content),
    );
    await publish(catalogue, 'acme/churn', [first!]);
    const result = await publish(catalogue, 'acme/churn', [twin!, inner!, other!]);
    assert.deepEqual(
      result.version.files.map((file) => file.blob),
      [first!.blob.id, first!.blob.id, other!.blob.id],
    );
    const left = new Set(result.superfluous.map((shred) => shred.blob));
    assert.deepEqual(left, new Set([twin!.blob.id, inner!.blob.id]));
    assert.deepEqual(new Set((await catalogue.listShreds()).map((shred) => shred.blob)), left);
    assert.deepEqual(
      (await catalogue.listHolders(first!.blob.id)).map((holder) => `${holder.version}/${holder.path}`),
      ['1/f0', '2/f1', '2/f2'],
    );
    await catalogue.finishShreds([...left]);
    assert.deepEqual(await catalogue.listShreds(), []);
    const totals = await catalogue.totals();
    assert.equal(totals.blobs, 2);
    assert.equal(totals.logicalBytes, 4 + 4 + 4 + 5);
    assert.equal(totals.storedBytes, 20 + 21);
  });

  check(
    'does not share a file across models, keys, locks or with a blob that is unfit',
    async (catalogue) => {
      const first = fileOf('a', 'same');
      await publish(catalogue, 'acme/churn', [first]);
      const strangers = [
        ['acme/other', fileOf('a', 'same')],
        ['acme/churn', fileOf('a', 'same', { key: { key: 'acme/churn', version: 1 } })],
        ['acme/churn', fileOf('a', 'same', { codeLock: '$argon2id$v=19$m=1,t=1,p=1$AAAA' })],
      ] as const;
      for (const [model, file] of strangers) {
        const result = await publish(catalogue, model, [file]);
        assert.equal(result.version.files[0]?.blob, file.blob.id);
        assert.deepEqual(result.superfluous, []);
      }
      const fresh = fileOf('a', 'same');
      const lease = leaseOf();
      await catalogue.reserveLease(lease, [fresh.blob.id]);
      const request = {
        lease: lease.id,
        model: 'acme/churn',
        files: [fresh],
        unfitTwins: [first.blob.id],
        at: AT,
      };
      const result = await catalogue.publishVersion(request, decideFor(request));
      assert.equal(result.outcome, 'published');
      assert.equal(result.version.files[0]?.blob, fresh.blob.id);
    },
  );

  check('keeps a shared file until its last version goes', async (catalogue) => {
    const first = fileOf('a', 'same');
    const own = fileOf('b', 'own');
    await publish(catalogue, 'acme/churn', [first, own]);
    await publish(catalogue, 'acme/churn', [fileOf('a', 'same')]);
    const removed = await catalogue.removeVersion('acme/churn', 1, AT);
    assert.deepEqual(removed, {
      versions: 1,
      shreds: [{ blob: own.blob.id, storedSize: own.blob.storedSize, requestedAt: AT }],
    });
    assert.equal((await catalogue.removeVersion('acme/churn', 2, AT)).shreds[0]?.blob, first.blob.id);
    assert.deepEqual(await catalogue.unknownBlobs([first.blob.id]), []);
    await catalogue.finishShreds([first.blob.id]);
    assert.deepEqual(await catalogue.unknownBlobs([first.blob.id]), [first.blob.id]);
    await assert.rejects(catalogue.removeVersion('acme/churn', 2, AT), withCode('VERSION_MISSING'));
  });

  check('removes a model with everything in it', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', '1')]);
    await publish(catalogue, 'acme/churn', [fileOf('a', '2')]);
    await catalogue.setAlias({ model: 'acme/churn', alias: 'x', version: 1, setAt: AT, mac: 'a' });
    const removed = await catalogue.removeModel('acme/churn', AT);
    assert.equal(removed.versions, 2);
    assert.equal(removed.shreds.length, 2);
    assert.equal(await catalogue.findModel('acme/churn'), undefined);
    await assert.rejects(catalogue.removeModel('acme/churn', AT), withCode('MODEL_MISSING'));
    await catalogue.removeNamespace('acme');
  });

  check('sets, moves and removes aliases, and takes them away with their version', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', '1')]);
    await publish(catalogue, 'acme/churn', [fileOf('a', '2')]);
    const alias = { model: 'acme/churn', alias: 'production', version: 1, setAt: AT, mac: 'a' };
    await catalogue.setAlias(alias);
    await catalogue.setAlias({ ...alias, version: 2, mac: 'b' });
    assert.deepEqual((await catalogue.findModel('acme/churn'))?.aliases, [
      { ...alias, version: 2, mac: 'b' },
    ]);
    await assert.rejects(catalogue.setAlias({ ...alias, version: 9 }), withCode('VERSION_MISSING'));
    await catalogue.removeVersion('acme/churn', 2, AT);
    assert.deepEqual((await catalogue.findModel('acme/churn'))?.aliases, []);
    await assert.rejects(catalogue.removeAlias('acme/churn', 'production'), withCode('ALIAS_MISSING'));
  });

  check('adds and replaces metrics, and updates the model with them', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', '1')]);
    const at = { model: 'acme/churn', version: 1 };
    const metric = { ...at, name: 'lift', value: 1.5, mac: 'a' };
    for (const value of [1.5, 2]) {
      await catalogue.addMetrics(at, (model) => ({
        model: { ...model, metricDirections: { lift: 'higher' } },
        metrics: [{ ...metric, value }],
      }));
    }
    assert.deepEqual(await catalogue.listMetrics('acme/churn', 'lift'), [{ ...metric, value: 2 }]);
    assert.deepEqual((await catalogue.findModel('acme/churn'))?.metricDirections, { lift: 'higher' });
    await assert.rejects(
      catalogue.addMetrics({ ...at, version: 7 }, (model) => ({ model, metrics: [] })),
      withCode('VERSION_MISSING'),
    );
  });

  check('refuses a parent that does not exist', async (catalogue) => {
    const file = fileOf('a', 'a');
    const lease = leaseOf();
    await catalogue.reserveLease(lease, [file.blob.id]);
    const request = {
      lease: lease.id,
      model: 'acme/churn',
      files: [file],
      parent: { model: 'acme/base', version: 1 },
      at: AT,
    };
    await assert.rejects(catalogue.publishVersion(request, decideFor(request)), withCode('LINEAGE_MISSING'));
  });

  check('notes how long the audit log is, and never forgets a longer one', async (catalogue) => {
    const noteOf = (size: number) => ({ size, root: 'r'.repeat(43), mac: 'm'.repeat(43) });
    assert.equal(await catalogue.notedAudit(), undefined);
    await catalogue.noteAudit(noteOf(5));
    await catalogue.noteAudit(noteOf(4));
    assert.deepEqual(await catalogue.notedAudit(), noteOf(5));
    await catalogue.noteAudit(noteOf(6));
    assert.deepEqual(await catalogue.notedAudit(), noteOf(6));
  });

  check('gives numbers without gaps or doubles to many writers at once', async (catalogue, again) => {
    const other = await again();
    const writers = Array.from({ length: 24 }, (_, at) =>
      publish(at % 2 === 0 ? catalogue : other, 'acme/churn', [fileOf('a', String(at))]),
    );
    const numbers = (await Promise.all(writers)).map((result) => result.version.version);
    assert.deepEqual(
      numbers.sort((a, b) => a - b),
      Array.from({ length: 24 }, (_, at) => at + 1),
    );
    assert.equal((await other.listVersions('acme/churn')).length, 24);
  });

  check(
    'tells of a change at once, whichever process made it, however often it was asked',
    async (one, again) => {
      const other = await again();
      await publish(one, 'acme/churn', [fileOf('a', 'a')]);
      for (const [writer, description] of [
        [one, 'first'],
        [other, 'second'],
        [one, 'third'],
      ] as const) {
        for (const reader of [one, other, one]) await reader.findModel('acme/churn');
        await writer.updateModel('acme/churn', (row) => ({ ...row, description }));
        for (const reader of [one, other]) {
          assert.equal((await reader.findModel('acme/churn'))?.description, description);
        }
      }
      await publish(other, 'acme/churn', [fileOf('a', 'b')]);
      assert.equal((await one.findVersion('acme/churn', 'newest'))?.version, 2);
      assert.equal((await one.findModel('acme/churn'))?.versionCount, 2);
      await other.removeModel('acme/churn', AT);
      assert.equal(await one.findModel('acme/churn'), undefined);
      assert.equal(await one.findVersion('acme/churn', 'newest'), undefined);
    },
  );

  check('gives rows that nobody can change for others', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
    await catalogue.findModel('acme/churn');
    const row = await catalogue.findModel('acme/churn');
    assert.throws(() => Object.assign(row!.metricDirections, { lift: 'higher' }), TypeError);
  });

  check('finds nothing wrong with itself', async (catalogue) => {
    await publish(catalogue, 'acme/churn', [fileOf('a', 'a')]);
    assert.deepEqual(await catalogue.check(), []);
  });

  check('takes a version of many files', async (catalogue) => {
    const files = Array.from({ length: 1_201 }, (_, at) => fileOf(`f${at}`, String(at)));
    const result = await publish(catalogue, 'acme/churn', files);
    assert.equal(result.version.files.length, 1_201);
    assert.equal((await catalogue.removeModel('acme/churn', AT)).shreds.length, 1_201);
  });
}
