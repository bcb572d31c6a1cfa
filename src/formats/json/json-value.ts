/** A member of an object; objects keep all of them in the order of the text, duplicates too. */
export interface JsonMember {
  readonly key: string;
  readonly value: JsonValue;
  /** Where the key stands, in bytes. */
  readonly offset: number;
}

/** An object with places; a class, so that `instanceof` tells it from an array. */
export class JsonObject {
  readonly members: JsonMember[] = [];
  readonly offset: number;

  constructor(offset: number) {
    this.offset = offset;
  }

  /** The value of a key as most parsers see it: the last one wins. */
  get(key: string): JsonValue | undefined {
    return this.members.findLast((member) => member.key === key)?.value;
  }

  /** The value of a key where it is a string. */
  text(key: string): string | undefined {
    const value = this.get(key);
    return typeof value === 'string' ? value : undefined;
  }
}

/** A number as it is spelled, so that nothing is lost of large integers. */
export class JsonNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number where it is a plain non-negative integer without sign, fraction and exponent. */
  get natural(): bigint | undefined {
    return /^[0-9]{1,40}$/.test(this.text) ? BigInt(this.text) : undefined;
  }
}

/** A JSON value with its spelling and places kept. */
export type JsonValue = string | boolean | null | JsonNumber | JsonObject | readonly JsonValue[];
