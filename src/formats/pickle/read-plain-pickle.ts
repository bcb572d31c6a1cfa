import { StrongroomError } from '../../errors/index.ts';
import type { PickleLimits } from './limits.ts';
import type { PickleEffect } from './machine-state.ts';
import { allowsChange, constructorOf } from './plain-constructors.ts';
import type { PlainKey, PlainValue } from './plain-value.ts';
import { readPickleBytes } from './read-pickle.ts';
import type { PickleStream } from './stream-reader.ts';
import type { CallValue, GlobalValue, PickleValue } from './value.ts';

/** How deep plain data may nest; ours nests three times. */
const MAX_DEPTH = 64;
/** Most characters of a foreign name that a message shows. */
const MAX_SHOWN_CHARS = 80;

/**
 * Reads a pickle that must be nothing but data: dict, list, tuple (as array), set, str, bytes, numbers, None, and of
 * Python's objects only dates, ordered dicts and NumPy scalars. Throws `FORMAT_UNSAFE` when it imports, calls or
 * changes anything else, `FORMAT_MALFORMED` when it is no pickle or has bytes behind its end, and `FORMAT_LIMIT`.
 * Bytes in the result are views of the input.
 */
export function readPlainPickle(bytes: Uint8Array, limits: Partial<PickleLimits> = {}): PlainValue {
  const stream = readPickleBytes(bytes, { limits });
  assertHarmless(stream.effects);
  const value = completeValue(stream);
  if (stream.end !== bytes.length) throw malformed('bytes follow the end of the pickle');
  return plainPickleValue(value);
}

/**
 * A value (or a part of one) as plain data. Throws `FORMAT_UNSAFE` and `FORMAT_MALFORMED` as `readPlainPickle` does;
 * self-containing structures are malformed.
 */
export function plainPickleValue(value: PickleValue): PlainValue {
  return new PlainBuilder().build(value, 0);
}

/** The value of a stream without errors. Throws `FORMAT_MALFORMED` or `FORMAT_LIMIT` for any other. */
export function completeValue(stream: PickleStream): PickleValue {
  if (stream.isComplete && stream.value !== undefined) return stream.value;
  const finding = stream.findings.find(({ severity }) => severity !== 'notice');
  const where = `${finding?.message ?? 'the pickle has no end'} at byte ${finding?.offset ?? stream.end}`;
  if (finding?.severity === 'limit') throw new StrongroomError('FORMAT_LIMIT', where);
  throw malformed(where);
}

function malformed(message: string): StrongroomError {
  return new StrongroomError('FORMAT_MALFORMED', message);
}

function unsafe(what: string): StrongroomError {
  return new StrongroomError('FORMAT_UNSAFE', what);
}

function assertHarmless(effects: readonly PickleEffect[]): void {
  for (const { kind, target } of effects) {
    if (kind === 'import' && constructorOf(target) === undefined) throw unsafeImport(target);
    if (kind === 'persistent' || kind === 'extension' || kind === 'buffer')
      throw unsafe(`the pickle asks its loader for an object (${kind})`);
  }
}

function unsafeImport(target: GlobalValue): StrongroomError {
  const { module, name } = target;
  if (module === undefined || name === undefined)
    return unsafe('the pickle imports something under a hidden name');
  const shown = `${module}.${name}`.slice(0, MAX_SHOWN_CHARS).replaceAll(/[^\x21-\x7e]/g, '?');
  return unsafe(`the pickle would import ${shown}`);
}

class PlainBuilder {
  // By node, so that a node shared a million times is built once.
  readonly #built = new Map<PickleValue, PlainValue>();
  readonly #open = new Set<PickleValue>();

  build(value: PickleValue, depth: number): PlainValue {
    if (depth > MAX_DEPTH) throw new StrongroomError('FORMAT_LIMIT', `data nested deeper than ${MAX_DEPTH}`);
    const known = this.#built.get(value);
    if (known !== undefined) return known;
    if (this.#open.has(value)) throw malformed('data that contains itself');
    this.#open.add(value);
    const plain = this.#buildNode(value, depth + 1);
    this.#open.delete(value);
    this.#built.set(value, plain);
    return plain;
  }

  #buildNode(value: PickleValue, depth: number): PlainValue {
    if ('changes' in value) return this.#object(value, depth);
    switch (value.kind) {
      case 'none':
        return null;
      case 'bool':
      case 'int':
      case 'float':
        return value.value;
      case 'str':
        return held(value.text);
      case 'bytes':
      case 'bytearray':
        return held(value.bytes);
      case 'list':
      case 'tuple':
        return value.items.map((item) => this.build(item, depth));
      case 'set':
      case 'frozenset':
        return new Set(value.items.map((item) => this.build(item, depth)));
      case 'dict':
        return new Map(this.#entries(value.entries, depth));
    }
  }

  #object(value: Extract<PickleValue, { changes: unknown }>, depth: number): PlainValue {
    if (value.kind === 'call') return this.#call(value, depth);
    if (value.kind === 'global') throw unsafeImport(value);
    throw unsafe(`the pickle holds a value that only its loader could make (${value.kind})`);
  }

  #entries(
    entries: readonly (readonly [PickleValue, PickleValue])[],
    depth: number,
  ): (readonly [PlainKey, PlainValue])[] {
    return entries.map(([key, value]) => {
      const plainKey = this.build(key, depth);
      if (typeof plainKey === 'object' && plainKey !== null)
        throw malformed('a key that is neither text nor a number');
      return [plainKey, this.build(value, depth)];
    });
  }

  #call(node: CallValue, depth: number): PlainValue {
    const { callee, args, kwargs, changes } = node;
    const construct = callee.kind === 'global' ? constructorOf(callee) : undefined;
    if (callee.kind !== 'global' || construct === undefined)
      throw callee.kind === 'global'
        ? unsafeImport(callee)
        : unsafe('the pickle calls what another call returned');
    const isChanged =
      changes.items.length > 0 ||
      (changes.entries.length > 0 && !allowsChange(callee, 'entries')) ||
      (changes.states.length > 0 && !allowsChange(callee, 'states')) ||
      callee.changes.states.length + callee.changes.items.length + callee.changes.entries.length > 0;
    if (isChanged || kwargs !== undefined || args.kind !== 'tuple')
      throw unsafe('the pickle makes an object in a way that no plain data needs');
    const plainArgs = args.items.map((item) => this.build(item, depth));
    const plain = construct({ node, args: plainArgs, entries: this.#entries(changes.entries, depth) });
    if (plain === undefined) throw malformed(`unexpected arguments for ${callee.name ?? ''}`);
    return plain;
  }
}

function held<Held>(content: Held | undefined): Held {
  if (content === undefined)
    throw new StrongroomError('FORMAT_LIMIT', 'a value that is too long, or was changed');
  return content;
}
