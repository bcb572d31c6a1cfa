import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';

const STORAGES = 16;
const STORAGE_BYTES = 1 << 26;
const measuredSchema = z.object({
  ms: z.number(),
  peakMiB: z.number(),
  bytesRead: z.number(),
  verdict: z.string(),
  status: z.string(),
});

/** What the scan of an archive of 1 GiB took, in a process of its own. */
export type LargeArchive = z.infer<typeof measuredSchema>;

/** Writes an archive as `torch.save` does, of 16 storages of 64 MiB; scans it in a child process; removes it. */
export function measureLargeArchive(): LargeArchive {
  // Memory where there is a file system of it: the disk is not what is measured.
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'scan-large-'));
  const path = join(folder, 'model.pt');
  try {
    writeArchive(path);
    const child = spawnSync(process.execPath, [join(import.meta.dirname, 'scan-one.ts'), path], {
      encoding: 'utf8',
    });
    return measuredSchema.parse(JSON.parse(child.stdout));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeArchive(path: string): void {
  const file = openSync(path, 'w');
  const storage = randomFloats();
  const members = [
    { name: 'model/data.pkl', content: stateDict() },
    { name: 'model/version', content: Buffer.from('3\n') },
    ...Array.from({ length: STORAGES }, (_, index) => ({ name: `model/data/${index}`, content: storage })),
  ];
  const directory: Uint8Array[] = [];
  let offset = 0;
  for (const { name, content } of members) {
    const [local, central] = headersOf(name, content, offset);
    directory.push(central);
    for (const part of [local, content]) offset += writeSync(file, part);
  }
  const records = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(records.length, 12);
  end.writeUInt32LE(offset, 16);
  writeSync(file, records);
  writeSync(file, end);
  closeSync(file);
}

/** The local header of a stored member, padded as PyTorch does, and its record in the directory. */
function headersOf(name: string, content: Uint8Array, offset: number): [Uint8Array, Uint8Array] {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(content.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(name.length, 22);
  const padding = (64 - ((offset + 34 + name.length) % 64)) % 64;
  const extra = Buffer.alloc(4 + padding, 'Z');
  extra.write('FB', 0);
  extra.writeUInt16LE(padding, 2);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), extra]);
  local.writeUInt16LE(extra.length, 28);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(offset, 10);
  const central = [Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, tail, Buffer.from(name)];
  return [local, Buffer.concat(central)];
}

/** The pickle of `{"layer.N.weight": tensor}`, one tensor for each storage. */
function stateDict(): Uint8Array {
  const count = STORAGE_BYTES / 4;
  const parts: Uint8Array[] = [Buffer.from('\x80\x02}q\x00(', 'latin1')];
  for (let index = 0; index < STORAGES; index++) {
    parts.push(
      text(`layer.${index}.weight`),
      Buffer.from('ctorch._utils\n_rebuild_tensor_v2\n(('),
      text('storage'),
      Buffer.from('ctorch\nFloatStorage\n'),
      text(String(index)),
      text('cpu'),
      int(count),
      Buffer.from('tQK\x00', 'latin1'),
      int(count),
      Buffer.from('\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR', 'latin1'),
    );
  }
  return Buffer.concat([...parts, Buffer.from('u.')]);
}

function text(value: string): Uint8Array {
  return Buffer.concat([Buffer.from('X'), uint32(value.length), Buffer.from(value)]);
}

function int(value: number): Uint8Array {
  return Buffer.concat([Buffer.from('J'), uint32(value)]);
}

function uint32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Weights as a network has them: small, of either sign; the same on every run. */
function randomFloats(): Uint8Array {
  const bytes = Buffer.alloc(STORAGE_BYTES);
  let state = 1;
  for (let at = 0; at < STORAGE_BYTES; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeFloatLE((state / 2 ** 32 - 0.5) * 0.1, at);
  }
  return bytes;
}
