import type { FastifyRequest } from 'fastify';
import type { CallRoute, ListRoute, Route } from '../api/index.ts';
import { freezeWhole, isFrozenWhole } from '../bytes/index.ts';
import { rawRequest } from './route-request.ts';

/** Inputs that are remembered, how long the address of each may be, and objects in it. */
const MAX_INPUTS = 2048;
const MAX_ADDRESS = 512;
const MAX_PARTS = 16;

/** Routes that only look. */
export type ReadRoute = CallRoute<unknown, unknown> | ListRoute<unknown, unknown>;

/** An answer as it goes out, and its entity tag. */
export interface WrittenAnswer {
  readonly text: string;
  readonly tag: string;
}

/**
 * What need not be done for every request anew. Many ask the same again and again, and what they ask about changes
 * seldom: the same address means the same input, and the same unchangeable answer the same text.
 */
export class LastingWork {
  readonly #digest: (text: string) => string;
  readonly #inputs = new Map<Route, Map<string, unknown>>();
  #inputCount = 0;
  readonly #written = new WeakMap<object, WrittenAnswer & { readonly route: Route }>();

  /** `digest` names a text. */
  constructor(digest: (text: string) => string) {
    this.#digest = digest;
  }

  /** The input of a request that has no body. Throws what `read` throws. */
  readInput(route: CallRoute<unknown, unknown>, request: FastifyRequest): unknown {
    const { url } = request;
    const known = this.#inputs.get(route)?.get(url);
    if (known !== undefined) return known;
    const input = route.read(rawRequest(route, request));
    if (url.length > MAX_ADDRESS || !freezeWhole(input, MAX_PARTS)) return input;
    this.#rememberInput(route, url, input);
    return input;
  }

  /** An answer in the words of its route. */
  write(route: ReadRoute, answer: unknown): WrittenAnswer {
    const isLasting = typeof answer === 'object' && answer !== null && isFrozenWhole(answer);
    const known = isLasting ? this.#written.get(answer) : undefined;
    if (known?.route === route) return known;
    const text = JSON.stringify(route.encode(answer as never));
    const written = { route, text, tag: this.#digest(text) };
    if (isLasting) this.#written.set(answer, written);
    return written;
  }

  #rememberInput(route: Route, url: string, input: unknown): void {
    if (this.#inputCount === MAX_INPUTS) {
      this.#inputs.clear();
      this.#inputCount = 0;
    }
    const inputs = this.#inputs.get(route) ?? new Map<string, unknown>();
    this.#inputs.set(route, inputs.set(url, input));
    this.#inputCount++;
  }
}
