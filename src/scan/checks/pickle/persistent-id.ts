import type { GlobalValue, PickleValue } from '../../../formats/index.ts';

/** A tensor's storage as PyTorch's pickles ask for it. */
export interface StorageId {
  /** The storage class: `torch.FloatStorage`. */
  readonly type: GlobalValue;
  /** The member of the archive, or the key in the older form. */
  readonly key: string;
  /** How many items it has. */
  readonly items: number;
}

/** The storage that a persistent id names: `('storage', class, key, location, items[, view])`. */
export function storageIdOf(id: PickleValue): StorageId | undefined {
  if (id.kind !== 'tuple' || id.items.length < 5 || id.items.length > 6) return undefined;
  const [tag, type, key, location, items] = id.items;
  if (textOf(tag) !== 'storage' || type?.kind !== 'global' || textOf(location) === undefined)
    return undefined;
  const name = textOf(key);
  if (name === undefined || items?.kind !== 'int' || typeof items.value !== 'number' || items.value < 0)
    return undefined;
  return { type, key: name, items: items.value };
}

/** The class that a container of PyTorch's older form stands for: `('module', class, file, source)`. */
export function containedClassOf(value: PickleValue): GlobalValue | undefined {
  if (value.kind !== 'persistent' || value.id.kind !== 'tuple' || value.id.items.length !== 4)
    return undefined;
  const [tag, type] = value.id.items;
  return textOf(tag) === 'module' && type?.kind === 'global' ? type : undefined;
}

/** Whether PyTorch's loader knows such an id: a storage, or (older form) a module with its source. */
export function isTorchId(id: PickleValue): boolean {
  if (storageIdOf(id) !== undefined) return true;
  // The tar form of PyTorch 0.1 numbers its storages; `module` containers give back the class in them.
  if (id.kind === 'int') return true;
  return id.kind === 'tuple' && id.items.length === 4 && textOf(id.items[0]) === 'module';
}

/** Text, also where a Python 2 string became bytes. */
function textOf(value: PickleValue | undefined): string | undefined {
  if (value?.kind === 'str') return value.text;
  if (value?.kind === 'int' && typeof value.value === 'number') return String(value.value);
  if (value?.kind === 'bytes' && value.bytes !== undefined)
    return Buffer.from(value.bytes).toString('latin1');
  return undefined;
}
