import fc from "fast-check";
import { judge } from "./judge.ts";
import type { Operation } from "./operations.ts";
import type { FuzzRequest } from "./fuzz-request.ts";
import { requestsTo } from "./requests.ts";
import { type Answer, createSender, type Sender } from "./send.ts";
import { composeRequest, curlOf, type WireRequest } from "./wire.ts";
import type { FuzzWorld } from "./world.ts";

/** Requests under way at once. */
const LANES = 4;
/** Requests of one operation that are made up at once. */
const ROUND = 5;
/** One finding is told so often, with other requests. */
const MOST_TELLINGS = 2;
const LONGEST_TELLING = 4000;

/** An answer that takes longer beside the others is asked for again, alone. */
const LATE_MS = 10_000;
const LONGEST_PATIENCE_MS = 60_000;

/** They end sessions, or change what is planted: who asks is somebody who may leave. */
const LEAVING =
  /^\/(user\/(logout|unregister|schedule)|auth\/(jwt|cookie)\/logout|auth\/change-password|users\/me|netbank\/credentials)$/;
/** Under these, a name with a marker may travel in a changing request: it is asked for, not stored. */
const OWN_PLACES = /^\/(data|uploads|user|webhooks|api\/(instruments|files|transfers))\b/;

export interface Finding {
  /** Method, path and what is wrong. */
  what: string;
  count: number;
}

export interface Drive {
  requests: number;
  findings: Finding[];
  /** How often each status was answered. */
  statuses: Record<string, number>;
  /** Operations that nothing made up was right for, with what they answered. */
  unreached: string[];
  /** Slowest answers, in milliseconds. */
  slowest: [operation: string, duration_ms: number][];
}

interface DriveOptions {
  seed: number;
  requests: number;
  /** Called when the share `warm_share` of the requests has been sent. */
  warm_share: number;
  whenWarm: () => Promise<void>;
}

/** One made-up request and where it stands in the run. */
interface Item {
  operation: Operation;
  request: FuzzRequest;
  place: string;
}

/**
 * Sends so many made-up requests, spread over all operations, and collects what is wrong with the answers; prints how to
 * send the first ones again.
 */
export async function drive(world: FuzzWorld, operations: Operation[], options: DriveOptions): Promise<Drive> {
  const { requests, warm_share, whenWarm } = options;
  const sender = createSender(world.server.origin, LANES * 2);
  const notes = createNotes(operations);
  const makeRound = createRounds(operations, options.seed);
  const isLate = (item: Item) => ask(world, sender, notes, item);
  let made = 0;
  let isWarm = false;
  for (let round = 0; made < requests; round++) {
    const items = makeRound(round).slice(0, requests - made);
    const late: Item[] = [];
    const queue = items.values();
    const work = async () => {
      for (const item of queue) if (await isLate(item)) late.push(item);
    };
    await Promise.all(Array.from({ length: LANES }, work));
    for (const item of late) {
      // Twice: jobs that others have started go on beside it.
      if ((await isLate(item)) && (await isLate(item)))
        notes.report(item.operation, "answers late, also alone", item.place);
    }
    made += items.length;
    if (isWarm || made < requests * warm_share) continue;
    isWarm = true;
    await whenWarm();
  }
  sender.close();
  return { requests: made, ...notes.summary() };
}

/** Each operation so often in a round, in an order of its own; the same seed makes the same requests. */
function createRounds(operations: Operation[], seed: number): (round: number) => Item[] {
  const generators = operations.map((operation) => ({ operation, arbitrary: requestsTo(operation) }));
  return (round) => {
    const made = generators.flatMap(({ operation, arbitrary }, index) =>
      fc
        .sample(arbitrary, { seed: seed + round * 1000 + index, numRuns: ROUND })
        .map((request) => ({ operation, request })),
    );
    const shuffle = fc.shuffledSubarray(made, { minLength: made.length });
    const [shuffled = []] = fc.sample(shuffle, { seed: seed + round, numRuns: 1 });
    return shuffled.map((item, index) => ({ ...item, place: `seed ${seed}, round ${round}, request ${index}` }));
  };
}

/** Sends a request, notes what is wrong with its answer, and returns whether that came late. */
async function ask(world: FuzzWorld, sender: Sender, notes: Notes, item: Item): Promise<boolean> {
  const { operation, request, place } = item;
  const isLeaving = LEAVING.test(operation.path) && request.actor !== "nobody";
  const token = isLeaving ? await world.leaver() : world.tokenOf(request.actor);
  const actor = isLeaving ? "leaver" : request.actor;
  const wire = composeRequest(operation, request, resolver(world, operation, request));
  const report = (what: string, answer: string) =>
    notes.report(operation, what, `${place}\n${curlOf(world.server.origin, wire, actor)}\n→ ${answer}`);

  const sending = Array.from({ length: request.times }, () => sender.send(wire, token, LONGEST_PATIENCE_MS));
  const results = await Promise.allSettled(sending);
  const answers = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  for (const result of results) if (result.status === "rejected") report(`has no answer: ${result.reason}`, "");
  for (const answer of answers) {
    notes.count(operation, answer);
    const problems = judge(operation, wire, answer, actor, world.markers.list);
    for (const problem of problems) report(problem, `${answer.status} ${answer.text.slice(0, 600)}`);
    learn(world, operation, answer);
  }
  if (differInReplay(operation, wire, answers)) report("answers one Idempotency-Key in two ways", "");
  return answers.some(({ duration_ms }) => duration_ms > LATE_MS);
}

/** What is planted is not to be changed by those who may; everybody else is welcome to try. */
function resolver(world: FuzzWorld, { method, path }: Operation, { actor }: FuzzRequest) {
  const changes = method !== "GET";
  const isOutsider = actor === "nobody" || actor === "stale" || actor === "token";
  return (text: string, isStored: boolean): string =>
    world.pool.resolve(text, (value) => {
      if (world.markers.isIn(value) && (isStored || (changes && !OWN_PLACES.test(path)))) return false;
      return isOutsider || !changes || !world.isProtected(value);
    });
}

function learn({ pool }: FuzzWorld, { path }: Operation, { status, headers, text }: Answer): void {
  if (status >= 300 || !headers["content-type"]?.startsWith("application/json") || text.length > 200_000) return;
  pool.learn(path, JSON.parse(text));
}

/** The same request with the same key, sent twice at once: one answer, or one and a refusal. */
function differInReplay({ parameters }: Operation, { headers }: WireRequest, answers: Answer[]): boolean {
  const isHonoured = parameters.some(({ name }) => name === "idempotency-key");
  const hasKey = isHonoured && headers.some(([name]) => name.toLowerCase() === "idempotency-key");
  const texts = answers.filter(({ status }) => status < 300).map(({ text }) => text);
  return hasKey && new Set(texts).size > 1;
}

interface Notes {
  report(operation: Operation, what: string, telling: string): void;
  count(operation: Operation, answer: Answer): void;
  summary(): Omit<Drive, "requests">;
}

function createNotes(operations: Operation[]): Notes {
  const answered = new Map(operations.map(({ method, path }) => [`${method} ${path}`, new Set<number>()]));
  const findings = new Map<string, Finding>();
  const statuses: Record<string, number> = {};
  const slowest = new Map<string, number>();
  return {
    report({ method, path }, what, telling) {
      const key = `${method} ${path} ${what.replaceAll(/\d{5,}/g, "…")}`;
      const finding = findings.get(key) ?? { what: key, count: 0 };
      findings.set(key, finding);
      finding.count += 1;
      // At once: a run may take an hour.
      if (finding.count <= MOST_TELLINGS) console.log(`\n## ${key}\n${telling.slice(0, LONGEST_TELLING)}`);
    },
    count({ method, path }, { status, duration_ms }) {
      statuses[status] = (statuses[status] ?? 0) + 1;
      const name = `${method} ${path}`;
      answered.get(name)?.add(status);
      slowest.set(name, Math.max(slowest.get(name) ?? 0, Math.round(duration_ms)));
    },
    summary: () => ({
      findings: [...findings.values()],
      statuses,
      unreached: [...answered]
        .filter(([, seen]) => ![...seen].some((status) => status < 400))
        .map(([name, seen]) => `${name} (${[...seen].join(" ")})`),
      slowest: [...slowest].toSorted(([, one], [, other]) => other - one).slice(0, 10),
    }),
  };
}
