import type { Env } from "../../src/context.ts";

/** What a plan makes of one operation: fail alone, or take the whole process down with it. */
export interface FaultPlan {
  /** Which operation, counted from 1; 0 only counts. */
  at: number;
  moment: "before" | "after";
  kind: "fault" | "kill";
}

/** Counts the operations of one process on its bindings and upstreams, and breaks one of them. */
export interface FaultyProcess {
  env: Env;
  fetch: typeof fetch;
  /** Operations so far. */
  count(): number;
  /** Their names, in order; one that was broken before its effect is among them. */
  operations: readonly string[];
  /** Whether the plan has struck. */
  struck(): boolean;
}

class InjectedFault extends Error {
  constructor(operation: string, { kind, moment }: FaultPlan) {
    super(`Injected ${kind} ${moment} ${operation}`);
    this.name = "InjectedFault";
  }
}

/** Bindings of a process in which the planned operation fails before or after its effect; a kill fails all later ones too. */
export function faultyProcess(env: Env, plan: FaultPlan): FaultyProcess {
  const operations: string[] = [];
  let struck = false;
  let dead = false;

  const strike = (operation: string): never => {
    struck = true;
    dead ||= plan.kind === "kill";
    throw new InjectedFault(operation, plan);
  };

  const run = async <T>(operation: string, effect: () => Promise<T>): Promise<T> => {
    if (dead) throw new InjectedFault(operation, plan);
    const number = operations.push(operation);
    if (number === plan.at && plan.moment === "before") strike(operation);
    const result = await effect();
    if (dead) throw new InjectedFault(operation, plan);
    if (number === plan.at) strike(operation);
    return result;
  };

  /** An object whose named methods are counted; all other members are those of the original. */
  const counted = <T extends object>(target: T, label: string, methods: readonly string[]): T =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        if (!methods.includes(String(name))) return member.bind(target);
        return (...args: unknown[]) => run(`${label}.${String(name)}`, () => member.apply(target, args));
      },
    });

  const originals = new WeakMap<object, object>();
  const statement = (original: D1PreparedStatement): D1PreparedStatement => {
    const wrapped = new Proxy(counted(original, "d1", ["run", "all", "raw", "first"]), {
      get(target, name) {
        if (name === "bind") return (...values: unknown[]) => statement(original.bind(...values));
        return Reflect.get(target, name);
      },
    });
    originals.set(wrapped, original);
    return wrapped;
  };
  const unwrap = (wrapped: D1PreparedStatement) => (originals.get(wrapped) ?? wrapped) as D1PreparedStatement;
  const database = <T extends D1Database | D1DatabaseSession>(target: T): T =>
    new Proxy(target, {
      get(_, name) {
        if (name === "prepare") return (sql: string) => statement(target.prepare(sql));
        if (name === "batch") {
          return (statements: D1PreparedStatement[]) => run("d1.batch", () => target.batch(statements.map(unwrap)));
        }
        if (name === "withSession") return (start: string) => database((target as D1Database).withSession(start));
        const member: unknown = Reflect.get(target, name);
        return typeof member === "function" ? member.bind(target) : member;
      },
    });

  const upload = (original: R2MultipartUpload) => counted(original, "r2", ["uploadPart", "complete", "abort"]);
  const lake = counted(env.LAKE, "r2", ["put", "get", "head", "delete", "list", "createMultipartUpload"]);

  return {
    env: {
      ...env,
      DB: database(env.DB),
      WAREHOUSE: database(env.WAREHOUSE),
      LAKE: new Proxy(lake, {
        get: (target, name) =>
          name === "resumeMultipartUpload"
            ? (key: string, id: string) => upload(env.LAKE.resumeMultipartUpload(key, id))
            : Reflect.get(target, name),
      }),
    },
    fetch: (input, init) => run("fetch", () => fetch(input, init)),
    count: () => operations.length,
    operations,
    struck: () => struck,
  };
}
