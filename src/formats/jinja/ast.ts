/** Where something stands, in UTF-16 units from the start of the template. */
interface Placed {
  readonly offset: number;
}

/** A constant. */
export interface Literal extends Placed {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
  /** A string that spells letters or `_` by escapes (`\x5f`): nobody needs to, and filters of text do not see it. */
  readonly isDisguised: boolean;
}

export interface Name extends Placed {
  readonly kind: 'name';
  readonly name: string;
}

/** A list, a tuple or the pieces of a slice. */
export interface Sequence extends Placed {
  readonly kind: 'list' | 'tuple' | 'slice';
  readonly items: readonly Expression[];
}

export interface Dict extends Placed {
  readonly kind: 'dict';
  readonly entries: readonly { readonly key: Expression; readonly value: Expression }[];
}

/** `object.name` */
export interface Attribute extends Placed {
  readonly kind: 'attribute';
  readonly object: Expression;
  readonly name: string;
}

/** `object[key]` */
export interface Item extends Placed {
  readonly kind: 'item';
  readonly object: Expression;
  readonly key: Expression;
}

export interface Argument {
  readonly name: string | undefined;
  readonly value: Expression;
}

export interface Call extends Placed {
  readonly kind: 'call';
  readonly callee: Expression;
  readonly args: readonly Argument[];
}

/** `object | name(args)`; without an object in a `{% filter %}` block. */
export interface Filter extends Placed {
  readonly kind: 'filter';
  readonly object: Expression | undefined;
  readonly name: string;
  readonly args: readonly Argument[];
}

/** `object is name args` */
export interface Test extends Placed {
  readonly kind: 'test';
  readonly object: Expression;
  readonly name: string;
  readonly args: readonly Argument[];
}

export interface Operation extends Placed {
  readonly kind: 'operation';
  /** `not`, `-` and `+` have one operand, everything else two. */
  readonly operator: string;
  readonly operands: readonly Expression[];
}

/** `then if test else otherwise` */
export interface Conditional extends Placed {
  readonly kind: 'conditional';
  readonly test: Expression;
  readonly then: Expression;
  readonly otherwise: Expression | undefined;
}

export type Expression =
  | Literal
  | Name
  | Sequence
  | Dict
  | Attribute
  | Item
  | Call
  | Filter
  | Test
  | Operation
  | Conditional;

/** A name with a default, of a macro or a `{% with %}`. */
export interface Binding {
  readonly target: Expression;
  readonly value: Expression | undefined;
}

/** `{{ value }}`, `{% do value %}` */
export interface Output extends Placed {
  readonly kind: 'output';
  readonly value: Expression;
}

export interface For extends Placed {
  readonly kind: 'for';
  readonly target: Expression;
  readonly iterable: Expression;
  readonly condition: Expression | undefined;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

export interface If extends Placed {
  readonly kind: 'if';
  readonly branches: readonly { readonly test: Expression; readonly body: readonly Statement[] }[];
  readonly otherwise: readonly Statement[];
}

/** `{% set target = value %}`, or with a body instead of the value. */
export interface Assignment extends Placed {
  readonly kind: 'set';
  readonly target: Expression;
  readonly value: Expression | undefined;
  readonly body: readonly Statement[];
}

/** `{% macro %}`, and `{% call %}` with what it calls. */
export interface Macro extends Placed {
  readonly kind: 'macro';
  readonly name: string | undefined;
  readonly parameters: readonly Binding[];
  readonly call: Expression | undefined;
  readonly body: readonly Statement[];
}

/** `{% with %}`, `{% filter %}`, `{% block %}`, `{% generation %}`, `{% autoescape %}` */
export interface Scope extends Placed {
  readonly kind: 'scope';
  readonly tag: string;
  readonly bindings: readonly Binding[];
  readonly expression: Expression | undefined;
  readonly body: readonly Statement[];
}

/** `{% include %}`, `{% import %}`, `{% from %}`, `{% extends %}`: another template is loaded. */
export interface Load extends Placed {
  readonly kind: 'load';
  readonly tag: string;
  readonly source: Expression;
}

export type Statement = Output | For | If | Assignment | Macro | Scope | Load;

/** A template as a tree; its plain text, comments, `break` and `continue` are left out. */
export interface JinjaTemplate {
  readonly body: readonly Statement[];
}
