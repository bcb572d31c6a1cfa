import type { PickleStream } from '../../formats/index.ts';
import { storageIdOf } from './pickle/index.ts';

/** Bytes of one item of a storage class, by the last part of its name. */
const ITEM_BYTES: Readonly<Record<string, number>> = {
  UntypedStorage: 1,
  ByteStorage: 1,
  CharStorage: 1,
  BoolStorage: 1,
  QInt8Storage: 1,
  QUInt8Storage: 1,
  QUInt4x2Storage: 1,
  QUInt2x4Storage: 1,
  HalfStorage: 2,
  BFloat16Storage: 2,
  ShortStorage: 2,
  FloatStorage: 4,
  IntStorage: 4,
  QInt32Storage: 4,
  DoubleStorage: 8,
  LongStorage: 8,
  ComplexFloatStorage: 8,
  ComplexDoubleStorage: 16,
};

/** A tensor's storage that a pickle asks for. */
export interface TorchStorage {
  readonly key: string;
  readonly items: number;
  /** Bytes of one item; `undefined` for a class that is not known. */
  readonly itemBytes: number | undefined;
  readonly offset: number;
}

/** The storages that a pickle asks for, by key; one that is asked for twice counts as it was asked for first. */
export function storagesOf(stream: PickleStream): ReadonlyMap<string, TorchStorage> {
  const storages = new Map<string, TorchStorage>();
  for (const { kind, target, offset } of stream.effects) {
    const id = kind === 'persistent' && target.kind === 'persistent' ? storageIdOf(target.id) : undefined;
    if (id === undefined || storages.has(id.key)) continue;
    const name = id.type.name ?? '';
    const itemBytes = Object.hasOwn(ITEM_BYTES, name) ? ITEM_BYTES[name] : undefined;
    storages.set(id.key, { key: id.key, items: id.items, itemBytes, offset });
  }
  return storages;
}
