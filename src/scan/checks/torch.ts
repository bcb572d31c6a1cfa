import { type ByteSource } from '../../bytes/index.ts';
import {
  openZipMember,
  type PickleStream,
  readPickle,
  readZip,
  type ZipMember,
} from '../../formats/index.ts';
import type { Check, ScanContext, ScanTarget } from '../check.ts';
import { isPickleForSure } from '../detectors/index.ts';
import { tensorSetOf } from '../file-content.ts';
import { openInnerSource } from '../inner-source.ts';
import type { RuleId } from '../rules/index.ts';
import { weightsOnlyObjection } from './pickle/index.ts';
import { storagesOf } from './torch-storages.ts';

/** Members that some version of PyTorch writes beside the storages, without the folder in front. */
const KNOWN_MEMBER =
  /^(?:data\.pkl|constants\.pkl|attributes\.pkl|bytecode\.pkl|mobile_debug_handles\.pkl|version|byteorder|\.format_version|\.storage_alignment|\.data\/serialization_id|\.data\/version|model\.json|data\/[^/]+|constants\/\d+|tensors\/\d+|code\/.*|extra\/.*)$/;
/** Members that are read in place; code is compressed. */
const STORED_MEMBER = /^(?:data\.pkl|(?:data|constants|tensors)\/[^/]+)$/;
const KNOWN_PICKLE =
  /^(?:data|constants|attributes|bytecode|mobile_debug_handles)\.pkl$|^code\/.*\.debug_pkl$|^extra\//;
/** Highest version of the archive that exists; it counts up by one at most once a year. */
const MAX_VERSION = 100;
const HEAD_BYTES = 65_536;

/** PyTorch's archives: one pickle, and for every storage that it asks for a member of just that size. */
export const torchCheck: Check = {
  name: 'torch',
  formats: ['pytorch'],
  async run(target, context) {
    const { members } = await readZip(target.source);
    const mains = members.filter(({ name }) => /(?:^|\/)data\.pkl$/i.test(name));
    const [main] = mains;
    if (main === undefined) return;
    const archive = new TorchArchive(target, context, { members, main });
    if (mains.length > 1) archive.report('TORCH_EXTRA_PICKLE', mains[1] ?? main, 'a second data.pkl');
    archive.checkMembers();
    await archive.checkFacts();
    const stream = await archive.readMain();
    if (stream !== undefined) await archive.checkStream(stream);
  },
};

/** The names in a state dict; `undefined` of anything else. */
function namesOf(value: PickleStream['value']): readonly string[] | undefined {
  const isOrdered =
    value?.kind === 'call' && value.callee.kind === 'global' && value.callee.name === 'OrderedDict';
  const entries = value?.kind === 'dict' ? value.entries : isOrdered ? value.changes.entries : undefined;
  const names = entries?.map(([key]) => (key.kind === 'str' ? key.text : undefined));
  return names?.every((name) => name !== undefined) === true ? names : undefined;
}

class TorchArchive {
  readonly #target: ScanTarget;
  readonly #context: ScanContext;
  readonly #main: ZipMember;
  /** By name without the folder that holds `data.pkl`. */
  readonly #members = new Map<string, ZipMember>();
  readonly #outside: ZipMember[] = [];

  constructor(
    target: ScanTarget,
    context: ScanContext,
    { members, main }: { readonly members: readonly ZipMember[]; readonly main: ZipMember },
  ) {
    this.#target = target;
    this.#context = context;
    this.#main = main;
    const root = main.name.slice(0, -'data.pkl'.length);
    for (const member of members) {
      if (member.kind === 'folder') continue;
      if (member.name.startsWith(root)) this.#members.set(member.name.slice(root.length), member);
      else this.#outside.push(member);
    }
  }

  report(rule: RuleId, member: ZipMember, message: string): void {
    const offset = member.local?.offset ?? member.central?.offset ?? 0;
    this.#context.report({ rule, offset, message, evidence: member.name }, this.#target);
  }

  /** Members that do not belong to the format. */
  checkMembers(): void {
    for (const member of this.#outside)
      this.report('TORCH_EXTRA_MEMBER', member, 'a member outside of the folder of the model');
    for (const [name, member] of this.#members) {
      if (!KNOWN_MEMBER.test(name))
        this.report('TORCH_EXTRA_MEMBER', member, 'a member of no part of the format');
      if (/\.(?:pkl|pickle)$/i.test(name) && !KNOWN_PICKLE.test(name))
        this.report('TORCH_EXTRA_PICKLE', member, 'a pickle besides data.pkl');
      if (member.method !== 0 && STORED_MEMBER.test(name))
        this.report('TORCH_MALFORMED', member, 'a compressed member, which PyTorch never writes');
    }
  }

  /** The small members that say how the archive is written. */
  async checkFacts(): Promise<void> {
    const version = await this.#textOf('version', '.data/version');
    if (version === undefined) this.report('TORCH_MALFORMED', this.#main, 'no version');
    else if (!/^\d{1,3}\s*$/.test(version) || Number(version) > MAX_VERSION)
      this.report('TORCH_MALFORMED', this.#main, 'a version that is none');
    const order = await this.#textOf('byteorder');
    if (order !== undefined && !['little', 'big'].includes(order.trim()))
      this.report('TORCH_MALFORMED', this.#main, 'a byte order that is none');
  }

  /** The main pickle; it is judged as the member that it is, and read here for the storages that it asks for. */
  async readMain(): Promise<PickleStream | undefined> {
    const source = await this.#open(this.#main);
    if (source === undefined) return undefined;
    const stream = await readPickle(source);
    this.#context.budget.spendOperations(stream.operations);
    return stream;
  }

  async checkStream(stream: PickleStream): Promise<void> {
    const isScript = this.#members.has('constants.pkl');
    const objection = isScript ? 'it is TorchScript' : weightsOnlyObjection(stream);
    this.#context.profile('torch-weights-only', objection === undefined ? 'allowed' : 'refused');
    if (objection !== undefined) this.report('TORCH_WEIGHTS_ONLY_REFUSED', this.#main, objection);
    const names = namesOf(stream.value);
    if (names !== undefined) this.#context.holds({ tensors: tensorSetOf(names) }, this.#target);
    const storages = storagesOf(stream);
    for (const [key, storage] of storages) {
      const member =
        this.#members.get(`data/${key}`) ??
        this.#members.get(`constants/${key}`) ??
        this.#members.get(`tensors/${key}`);
      const size = storage.itemBytes === undefined ? undefined : storage.items * storage.itemBytes;
      if (member === undefined)
        this.#context.report(
          { rule: 'TORCH_MALFORMED', message: 'a storage without its member', evidence: key },
          this.#target,
        );
      else if (size !== undefined && member.size !== size) {
        this.report('TORCH_SIZE_MISMATCH', member, `${member.size} bytes for a tensor of ${size}`);
        await this.#checkHidden(member);
      }
    }
    for (const [name, member] of this.#members) {
      const key = /^data\/(.*)$/.exec(name)?.[1];
      if (key === undefined || storages.has(key)) continue;
      this.report('TORCH_EXTRA_MEMBER', member, 'a storage that the model does not ask for');
      await this.#checkHidden(member);
    }
  }

  async #checkHidden(member: ZipMember): Promise<void> {
    const head = await this.#headOf(member);
    if (head !== undefined && isPickleForSure(head))
      this.report('TORCH_HIDDEN_PICKLE', member, 'a pickle in place of a storage');
  }

  async #headOf(member: ZipMember): Promise<Uint8Array | undefined> {
    const source = await this.#open(member);
    return source === undefined ? undefined : new Uint8Array(await source.read(0, HEAD_BYTES));
  }

  async #textOf(...names: readonly string[]): Promise<string | undefined> {
    const member = names.map((name) => this.#members.get(name)).find((each) => each !== undefined);
    const source = member === undefined ? undefined : await this.#open(member);
    return source === undefined ? undefined : Buffer.from(await source.read(0, 64)).toString('latin1');
  }

  /** The content of a member; `undefined` where the check of archives says that it cannot be read. */
  async #open(member: ZipMember): Promise<ByteSource | undefined> {
    const content = openZipMember(this.#target.source, member);
    if (content.kind === 'unreadable') return undefined;
    if (content.kind === 'stored') return content.source;
    return openInnerSource(() => content.open(() => undefined), this.#context);
  }
}
