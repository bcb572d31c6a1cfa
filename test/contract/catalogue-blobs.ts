import assert from 'node:assert/strict';
import { withCode } from '../storage/temporary-folder.ts';
import {
  AT,
  blobId,
  checkerOf,
  decideFor,
  fileOf,
  KEY,
  leaseOf,
  type OpenCatalogue,
  publish,
} from './catalogue-kit.ts';

const ALIVE = () => true;
const DEAD = () => false;

/** What every driver of the catalogue must do about blobs, leases and keys. */
export function testCatalogueBlobs(driver: string, open: OpenCatalogue): void {
  const check = checkerOf(driver, open);

  check('refuses to publish without the lease, or blobs that it does not hold', async (catalogue) => {
    const file = fileOf('a', 'a');
    const request = { lease: 'nobody', model: 'acme/churn', files: [file], at: AT };
    await assert.rejects(catalogue.publishVersion(request, decideFor(request)), withCode('LEASE_LOST'));
    const lease = leaseOf();
    await catalogue.reserveLease(lease, []);
    const unheld = { ...request, lease: lease.id };
    await assert.rejects(catalogue.publishVersion(unheld, decideFor(unheld)), withCode('LEASE_LOST'));
    await catalogue.renewLease(lease.id, { blobs: [file.blob.id] });
    assert.equal((await catalogue.publishVersion(unheld, decideFor(unheld))).outcome, 'published');
    await assert.rejects(catalogue.renewLease(lease.id, { expiresAt: AT }), withCode('LEASE_LOST'));
  });

  check('refuses a blob id that is in use', async (catalogue) => {
    const file = fileOf('a', 'a');
    await publish(catalogue, 'acme/churn', [file]);
    await assert.rejects(catalogue.reserveLease(leaseOf(), [file.blob.id]), withCode('STORAGE_CONFLICT'));
    const id = blobId();
    await assert.rejects(catalogue.reserveLease(leaseOf(), [id, id]), withCode('STORAGE_CONFLICT'));
    assert.deepEqual(await catalogue.listLeases(), []);
  });

  check('turns what a dead or ended lease was writing into pending shreds', async (catalogue) => {
    const [dead, ended, live] = [leaseOf({ purpose: 'dead' }), leaseOf(), leaseOf()];
    const ids = [blobId(), blobId(), blobId()] as const;
    await catalogue.reserveLease(dead, [ids[0]]);
    await catalogue.reserveLease(ended, [ids[1]]);
    await catalogue.reserveLease(live, [ids[2]]);
    assert.deepEqual(await catalogue.endLease(ended.id, AT), [
      { blob: ids[1], storedSize: 0, requestedAt: AT },
    ]);
    assert.deepEqual(await catalogue.endLease(ended.id, AT), []);
    const report = await catalogue.endDeadLeases((lease) => lease.purpose !== 'dead', AT);
    assert.equal(report.leases, 1);
    assert.deepEqual(report.shreds, [{ blob: ids[0], storedSize: 0, requestedAt: AT }]);
    assert.deepEqual(await catalogue.listLeases(), [live]);
    const stranger = blobId();
    assert.deepEqual(await catalogue.unknownBlobs([...ids, stranger, stranger]), [stranger]);
    assert.equal((await catalogue.listShreds()).length, 2);
    assert.equal((await catalogue.listShreds(1)).length, 1);
  });

  check('notes header generations upward only', async (catalogue) => {
    const file = fileOf('a', 'a');
    await publish(catalogue, 'acme/churn', [file]);
    const key = { key: 'acme', version: 2 };
    await catalogue.noteHeaders([{ blob: file.blob.id, headerGeneration: 3, key }]);
    await catalogue.noteHeaders([
      { blob: file.blob.id, headerGeneration: 2, key: KEY },
      { blob: blobId(), headerGeneration: 2, key: KEY },
    ]);
    const blob = await catalogue.findBlob(file.blob.id);
    assert.equal(blob?.headerGeneration, 3);
    assert.deepEqual(blob.key, key);
  });

  check('pages through the blobs of a key version', async (catalogue) => {
    const files = Array.from({ length: 7 }, (_, at) => fileOf(`f${at}`, String(at)));
    await publish(catalogue, 'acme/churn', files);
    await publish(catalogue, 'acme/churn', [fileOf('n', 'new', { key: { key: 'acme', version: 2 } })]);
    await publish(catalogue, 'acme/plain', [fileOf('p', 'plain', { key: undefined as never })]);
    const seen: string[] = [];
    for (;;) {
      const after = seen.at(-1);
      const page = await catalogue.listBlobs({
        key: 'acme',
        belowKeyVersion: 2,
        limit: 3,
        ...(after === undefined ? {} : { after: after as never }),
      });
      if (page.length === 0) break;
      seen.push(...page.map((blob) => blob.id));
    }
    assert.deepEqual(seen, files.map((file) => file.blob.id as string).sort());
    assert.equal((await catalogue.listBlobs({ key: 'acme', keyVersion: 2, limit: 10 })).length, 1);
    assert.equal((await catalogue.listBlobs({ model: 'acme/plain', limit: 10 })).length, 1);
    assert.equal((await catalogue.listBlobs({ limit: 100 })).length, 9);
  });

  check('counts what rests on a key version and blocks it only when nothing does', async (catalogue) => {
    const file = fileOf('a', 'a');
    await publish(catalogue, 'acme/churn', [file]);
    const lease = leaseOf();
    const late = fileOf('b', 'late');
    await catalogue.reserveLease(lease, [late.blob.id]);
    assert.deepEqual(await catalogue.keyUsage(ALIVE), [{ ...KEY, blobs: 1, leases: 1 }]);
    assert.deepEqual(await catalogue.keyUsage(DEAD), [{ ...KEY, blobs: 1, leases: 0 }]);
    await assert.rejects(catalogue.blockKeyVersion(KEY, DEAD), withCode('KEY_VERSION_IN_USE'));
    await catalogue.noteHeaders([
      { blob: file.blob.id, headerGeneration: 2, key: { key: 'acme', version: 2 } },
    ]);
    await assert.rejects(catalogue.blockKeyVersion(KEY, ALIVE), withCode('KEY_VERSION_IN_USE'));
    await catalogue.blockKeyVersion(KEY, DEAD);
    await catalogue.blockKeyVersion(KEY, DEAD);

    // The writer was held for dead and comes back: it is told to rewrap, and nothing is lost.
    const request = { lease: lease.id, model: 'acme/churn', files: [late], at: AT };
    assert.deepEqual(await catalogue.publishVersion(request, decideFor(request)), {
      outcome: 'key-blocked',
      key: KEY,
    });
    await assert.rejects(catalogue.reserveLease(leaseOf(), []), withCode('KEY_VERSION_BLOCKED'));
    await assert.rejects(catalogue.renewLease(lease.id, { key: KEY }), withCode('KEY_VERSION_BLOCKED'));
    const key = { key: 'acme', version: 2 };
    await catalogue.renewLease(lease.id, { key });
    const rewrapped = { ...late, blob: { ...late.blob, headerGeneration: 2, key } };
    const again = { ...request, files: [rewrapped] };
    assert.equal((await catalogue.publishVersion(again, decideFor(again))).outcome, 'published');
    await catalogue.unblockKeyVersion(KEY);
    await catalogue.reserveLease(leaseOf(), []);
  });

  check('puts a re-encrypted blob in the place of the old one, everywhere', async (catalogue) => {
    const old = fileOf('a', 'same');
    await publish(catalogue, 'acme/churn', [old]);
    await publish(catalogue, 'acme/churn', [fileOf('b', 'same')]);
    const next = { ...fileOf('a', 'same').blob, storedSize: 99 };
    const late = fileOf('a', 'same').blob;
    const lease = leaseOf({ purpose: 'rekey' });
    await catalogue.reserveLease(lease, [next.id, late.id]);
    const replace = { lease: lease.id, old: old.blob.id, next, at: AT };
    assert.equal(await catalogue.replaceBlob(replace), 'replaced');
    assert.deepEqual(
      (await catalogue.listVersions('acme/churn')).map((version) => version.files[0]?.blob),
      [next.id, next.id],
    );
    assert.equal(
      (await catalogue.listShreds()).some((shred) => shred.blob === old.blob.id),
      true,
    );
    assert.equal(await catalogue.replaceBlob({ ...replace, next: late }), 'gone');
    assert.equal(
      (await catalogue.listShreds()).some((shred) => shred.blob === late.id),
      true,
    );
    await assert.rejects(catalogue.replaceBlob(replace), withCode('LEASE_LOST'));
    const other = fileOf('a', 'different').blob;
    await catalogue.renewLease(lease.id, { blobs: [other.id] });
    await assert.rejects(
      catalogue.replaceBlob({ ...replace, old: next.id, next: other }),
      withCode('INTERNAL'),
    );
  });
}
