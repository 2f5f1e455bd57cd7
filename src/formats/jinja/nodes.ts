import type { Value } from "./values.ts";

/** A part of a template that has a value; `line` is where it stands. */
export type Expression = { line: number } & (
  | { kind: "constant"; value: Value }
  | { kind: "name"; name: string }
  | { kind: "list" | "tuple"; items: Expression[] }
  | { kind: "dict"; pairs: [Expression, Expression][] }
  | { kind: "unary"; operator: "+" | "-"; operand: Expression }
  | { kind: "not"; operand: Expression }
  | { kind: "binary"; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: "concat" | "and" | "or"; parts: Expression[] }
  | { kind: "compare"; first: Expression; rest: { operator: Comparison; operand: Expression }[] }
  | { kind: "conditional"; test: Expression; value: Expression; otherwise: Expression | null }
  | { kind: "filter"; name: string; operand: Expression; given: GivenArguments }
  | { kind: "test"; name: string; operand: Expression; given: GivenArguments; negated: boolean }
  | { kind: "call"; callee: Expression; given: GivenArguments }
  | { kind: "attribute"; object: Expression; name: string }
  | { kind: "item"; object: Expression; key: Expression }
  | { kind: "slice"; start: Expression | null; stop: Expression | null; step: Expression | null }
);

export type ExpressionOf<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

export type BinaryOperator = "+" | "-" | "*" | "/" | "//" | "%" | "**";

export type Comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in";

export interface GivenArguments {
  positional: Expression[];
  named: [name: string, value: Expression][];
  spread: Expression | null;
  spreadNamed: Expression | null;
}

/** What a value is assigned to. */
export type Target = { line: number } & (
  | { kind: "name"; name: string }
  | { kind: "namespace"; name: string; attribute: string }
  | { kind: "tuple"; items: Target[] }
);

export interface FilterStep {
  name: string;
  given: GivenArguments;
  line: number;
}

export interface MacroNode {
  name: string;
  parameters: { name: string; initial: Expression | null }[];
  body: Statement[];
  line: number;
  /** The body names these, so that more arguments than parameters may be given. */
  usesVarargs: boolean;
  usesKwargs: boolean;
}

/** A part of a template that prints or does something. */
export type Statement = { line: number } & (
  | { kind: "text"; text: string }
  | { kind: "output"; value: Expression }
  | { kind: "if"; branches: { test: Expression; body: Statement[] }[]; otherwise: Statement[] }
  | {
      kind: "for";
      target: Target;
      source: Expression;
      filter: Expression | null;
      recursive: boolean;
      body: Statement[];
      otherwise: Statement[];
    }
  | { kind: "set"; target: Target; value: Expression }
  | { kind: "set-block"; target: Target; filters: FilterStep[]; body: Statement[] }
  | { kind: "macro"; macro: MacroNode }
  | { kind: "call-block"; call: ExpressionOf<"call">; caller: MacroNode }
  | { kind: "filter-block"; filters: FilterStep[]; body: Statement[] }
  | { kind: "with"; assignments: { target: Target; value: Expression }[]; body: Statement[] }
  | { kind: "do"; value: Expression }
  | { kind: "break" | "continue" }
  | { kind: "named-block"; tag: "docs" | "snapshot"; name: string; body: Statement[] }
);

export type StatementOf<Kind extends Statement["kind"]> = Extract<Statement, { kind: Kind }>;

/** A template that has been read; rendering does not change it. */
export interface Template {
  name: string;
  body: Statement[];
}
