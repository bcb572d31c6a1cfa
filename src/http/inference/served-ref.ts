import type { FastifyRequest } from 'fastify';
import { formatVersionRef, parseVersionRef, quoteForMessage, type VersionRef } from '../../api/index.ts';
import { StrongroomError } from '../../errors/index.ts';

/** A model as the address of a request names it. */
export interface AddressedModel {
  readonly ref: VersionRef;
  /** As clients compare it with what they asked for: the name with its alias, without a version. */
  readonly name: string;
}

/** Stands for the slash where a client wants a name in one part; no name has it. */
const SEPARATOR = '~';

/**
 * Reads the model out of an address: `acme/churn`, `acme~churn` or `acme%2Fchurn`, with `:production` or `@3` behind it,
 * or with `/versions/3`. Throws `NAME_INVALID`.
 */
export function addressedModel(request: FastifyRequest): AddressedModel {
  return (request.addressed ??= readAddress(request));
}

function readAddress(request: FastifyRequest): AddressedModel {
  const { namespace, model, name, version } = request.params as Readonly<Record<string, string | undefined>>;
  const asked = name ?? `${namespace ?? ''}/${model ?? ''}`;
  const ref = parseVersionRef(name === undefined ? asked : name.replace(SEPARATOR, '/'));
  if (version === undefined) return { ref, name: withoutVersion(asked, ref) };
  if (ref.version !== undefined || ref.alias !== undefined || !/^[1-9]\d{0,8}$/.test(version)) {
    throw new StrongroomError('NAME_INVALID', `not a version: ${quoteForMessage(`${asked} ${version}`)}`, {
      hint: 'name a version once: acme/churn/versions/3, acme/churn@3 or acme/churn:production',
    });
  }
  return { ref: { ...ref, version: Number(version) }, name: asked };
}

function withoutVersion(asked: string, ref: VersionRef): string {
  if (ref.version === undefined) return asked;
  const suffix = formatVersionRef(ref).slice(ref.model.length);
  return asked.slice(0, -suffix.length);
}
