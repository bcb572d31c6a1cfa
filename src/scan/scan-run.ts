import type { ByteSource } from '../bytes/index.ts';
import { isStrongroomError } from '../errors/index.ts';
import type { Budget } from './budget.ts';
import { type Check, type InnerFile, type ScanContext, ScanStopped, type ScanTarget } from './check.ts';
import { CHECKS } from './checks/index.ts';
import { detectFormats } from './detect.ts';
import { isPickleForSure, PROBE_BYTES } from './detectors/index.ts';
import type { FileContent } from './file-content.ts';
import { escapeText, type Finding, type NewFinding, printableText } from './finding.ts';
import { FindingList } from './finding-list.ts';
import { familiesOf } from './format-families.ts';
import { FORMAT_NAMES, type FormatName } from './format-name.ts';
import type { ScanLimits } from './limits.ts';
import { beliedExtension, formatOfName } from './name-claims.ts';
import type { LoaderProfile, ProfileVerdict } from './report.ts';
import { ruleOf } from './rules/index.ts';

/** Longest name of one container in a place, in characters. */
const MAX_NAME_CHARS = 300;
/** Formats that hold nothing a loader could act on, so that no check has to know them. */
const INERT: ReadonlySet<FormatName> = new Set(['empty', 'data', 'text', 'image']);
/** What detection says of bytes without a form of their own: a name may add what they are besides. */
const VAGUE: ReadonlySet<FormatName> = new Set([
  'unknown',
  'text',
  'json',
  'yaml',
  'markdown',
  'python',
  'jinja',
]);
/** A checkpoint has thousands of storages; so much of each end tells what one is. */
const DATA_PROBE_BYTES = 1 << 13;
/** Raw numbers begin like many things by chance; only these are believed of them. */
const BELIEVED_IN_DATA: ReadonlySet<FormatName> = new Set([
  'pickle',
  'pytorch-legacy',
  'zip',
  '7z',
  'rar',
  'elf',
  'pe',
  'mach-o',
  'npy',
  'gguf',
  'hdf5',
]);

/** Something that a scan came upon, told at once, so that it is known even if the scan never ends. */
export type Found =
  | { readonly kind: 'finding'; readonly finding: Finding }
  | { readonly kind: 'format'; readonly format: FormatName };

/** One scan as it goes: what checks are given, and what comes together in the report. */
export class ScanRun implements ScanContext {
  readonly findings: FindingList;
  readonly reasons = new Set<string>();
  readonly formats: FormatName[] = [];
  content: FileContent | undefined;
  readonly profiles = new Map<LoaderProfile, ProfileVerdict>();
  readonly limits: ScanLimits;
  readonly budget: Budget;
  readonly #onFound: ((found: Found) => void) | undefined;
  /** Something cannot be read by any reader. */
  isUnknown = false;
  /** A limit was reached, or a part could not be looked at wholly. */
  isInconclusive = false;
  hasFailed = false;

  constructor(limits: ScanLimits, budget: Budget, onFound?: (found: Found) => void) {
    this.limits = limits;
    this.budget = budget;
    this.findings = new FindingList(limits.maxFindings);
    this.#onFound = onFound;
  }

  get deadline(): number {
    return this.budget.deadline;
  }

  report(finding: NewFinding, target: Pick<ScanTarget, 'place'>): void {
    const { severity, advice } = ruleOf(finding.rule);
    const { evidence, ...rest } = finding;
    const shown = evidence === undefined ? {} : { evidence: escapeText(evidence) };
    const message = printableText(finding.message);
    const full: Finding = { ...rest, message, ...shown, severity, place: target.place, advice };
    if (this.findings.add(full)) this.#onFound?.({ kind: 'finding', finding: full });
  }

  note(format: FormatName): void {
    if (this.formats.includes(format)) return;
    this.formats.push(format);
    this.#onFound?.({ kind: 'format', format });
  }

  inconclusive(reason: string): void {
    this.isInconclusive = true;
    this.reasons.add(reason);
  }

  unknown(reason: string): void {
    this.isUnknown = true;
    this.reasons.add(reason);
  }

  holds(content: FileContent, target: Pick<ScanTarget, 'place'>): void {
    if (target.place.length === 0) this.content = { ...this.content, ...content };
  }

  profile(profile: LoaderProfile, verdict: ProfileVerdict): void {
    if (this.profiles.get(profile) !== 'refused') this.profiles.set(profile, verdict);
  }

  /** Scans something inside a target. */
  async nested(target: ScanTarget, inner: InnerFile): Promise<void> {
    const place = [...target.place, escapeText(inner.name, MAX_NAME_CHARS)];
    if (place.length > this.limits.maxDepth) {
      const told = `more than ${this.limits.maxDepth} containers inside one another`;
      this.report({ rule: 'SCAN_LIMIT', message: told }, { place });
      this.inconclusive(told);
      return;
    }
    await this.scan(inner.source, {
      name: inner.name,
      place,
      ...(inner.expected !== undefined && { expected: inner.expected }),
    });
  }

  /** Detects what a source is and runs the checks for it. */
  async scan(
    source: ByteSource,
    what: Pick<ScanTarget, 'name' | 'place'> & Pick<InnerFile, 'expected'>,
  ): Promise<void> {
    const formats = await this.#formatsOf(source, what);
    for (const format of formats) this.note(format);
    this.#judgeFormats(formats, what);
    let isKnown = formats.some((format) => INERT.has(format));
    for (const check of CHECKS) {
      const format = formats.find((each) => check.formats.includes(each));
      if (format !== undefined) isKnown = true;
      const chosen = format ?? (check.formats.includes('any') ? formats[0] : undefined);
      if (chosen !== undefined) await this.#run(check, { source, format: chosen, ...what });
    }
    if (!isKnown) this.#noteUnknown(formats, what);
  }

  async #formatsOf(
    source: ByteSource,
    what: Pick<ScanTarget, 'name'> & Pick<InnerFile, 'expected'>,
  ): Promise<readonly FormatName[]> {
    if (what.expected === 'data') return detectData(source);
    const detected = await detectFormats(source);
    const isVague = detected.every((format) => VAGUE.has(format));
    const added = isVague ? formatOfName(what.name) : undefined;
    return FORMAT_NAMES.filter((format) => detected.includes(format) || format === added);
  }

  /** Findings about the formats themselves. */
  #judgeFormats(formats: readonly FormatName[], what: Pick<ScanTarget, 'name' | 'place'>): void {
    const families = familiesOf(formats);
    if (families.length > 1)
      this.report({ rule: 'FORMAT_POLYGLOT', message: `it is ${families.join(' and ')} at once` }, what);
    const belied = beliedExtension(what.name, formats);
    if (belied !== undefined) {
      const message = `the name ends in .${escapeText(belied, 20)}, the content is ${formats.join(', ')}`;
      this.report({ rule: 'FORMAT_EXTENSION_MISMATCH', message }, what);
    }
  }

  #noteUnknown(formats: readonly FormatName[], what: Pick<ScanTarget, 'place'>): void {
    const [format = 'unknown'] = formats;
    const message =
      format === 'unknown' ? 'no format is known that begins so' : `nothing here reads ${format}`;
    this.report({ rule: 'FORMAT_UNKNOWN', message }, what);
    this.unknown(format === 'unknown' ? 'an unknown format' : `no reader for ${format}`);
  }

  async #run(check: Check, target: ScanTarget): Promise<void> {
    try {
      await check.run(target, this);
    } catch (error) {
      // The source's own failures are found by whoever owns it; a limit ends the whole scan.
      if (error instanceof ScanStopped || isStrongroomError(error)) throw error;
      this.hasFailed = true;
      this.report({ rule: 'SCAN_FAILED', message: `the check ${check.name} failed` }, target);
      this.inconclusive(`the check ${check.name} failed`);
    }
  }
}

/** What raw numbers are held to be: numbers, unless what they begin like cannot be chance. */
async function detectData(source: ByteSource): Promise<readonly FormatName[]> {
  const detected = await detectFormats(source, DATA_PROBE_BYTES);
  if (detected.includes('empty')) return detected;
  const believed = detected.filter((format) => BELIEVED_IN_DATA.has(format));
  if (believed.includes('pickle') && !isPickleForSure(await source.read(0, PROBE_BYTES)))
    return ['data', ...believed.filter((format) => familiesOf([format])[0] !== 'pickle')];
  return believed.length > 0 ? believed : ['data'];
}
