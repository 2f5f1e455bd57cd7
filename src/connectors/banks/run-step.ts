import { type BankIo, type CollectedReport, RecipeFailure } from "./bank.ts";
import { type BankPage, type Entry, nameOf } from "./page.ts";
import { fillPlaceholders, type Recipe, type RecipeStep, sendsPassword, type Sign } from "./recipe.ts";
import { writeTableHtml } from "./table-html.ts";
import { pause, untilAborted } from "./until-aborted.ts";

const POLL_MS = 100;

/** What the steps of one run share. */
export interface RunWorld {
  io: BankIo;
  recipe: Recipe;
  page: BankPage;
  /** Where paths begin, without a slash at the end. */
  base: string;
  /** Values of the placeholders. */
  secrets: Record<string, string>;
  /** When the password was filled in (ms); null before. */
  passwordAt: number | null;
  /** Whether the bank may still refuse. */
  isSigningIn: boolean;
  /** Whether the bank may have opened a session: the last that it asks for was filled in. */
  mayBeSignedIn: boolean;
  reports: CollectedReport[];
  /** Aborted at the end of the run's time. */
  signal: AbortSignal;
}

interface Attempt<Step extends RecipeStep = RecipeStep> {
  world: RunWorld;
  step: Step;
  signal: AbortSignal;
  /** What the page lacks so far. */
  search: { signs: Sign[] | null; awaitsFile: boolean };
}

type StepOf<Kind extends RecipeStep["do"]> = Extract<RecipeStep, { do: Kind }>;

/** Does one step within its time; throws a `RecipeFailure` that says what was missing or took too long. */
export async function runStep(world: RunWorld, step: RecipeStep): Promise<void> {
  const seconds = step.timeout_seconds + (step.do === "one_time_code" ? step.wait_seconds : 0);
  const signal = AbortSignal.any([world.signal, AbortSignal.timeout(seconds * 1000)]);
  const attempt = { world, step, signal, search: { signs: null, awaitsFile: false } };
  await untilAborted(signal, act(attempt), () => giveUp(attempt));
}

/** What it means that a step's time is over. */
function giveUp({ world, step, search }: Attempt): void {
  const isOver = world.page.isLoading() || world.signal.aborted;
  if (search.awaitsFile && !isOver) throw new RecipeFailure("page-changed", "page changed: no file came");
  if (!search.signs || isOver) throw new RecipeFailure("timed-out", `timed out: ${step.description}`);
  if (!isOptional(step)) throw missing(search.signs);
}

/** Throws when the page shows that the bank refused the login or its code. */
export async function checkRefusal({ page, recipe }: RunWorld): Promise<void> {
  if (await showsAny(page, recipe.refused)) throw new RecipeFailure("login-refused", "login refused");
  if (await showsAny(page, recipe.code_refused)) {
    throw new RecipeFailure("code-not-received", "one-time code refused");
  }
}

async function act(attempt: Attempt): Promise<void> {
  const { world, step, signal } = attempt;
  const { page } = world;
  switch (step.do) {
    case "open":
      return page.open(`${world.base}${step.path}`, signal);
    case "fill":
      return fill({ ...attempt, step });
    case "one_time_code":
      return fillCode({ ...attempt, step });
    case "wait":
      await until(attempt, step.for, () => showsAny(page, step.for));
      return;
    case "click":
      await until(attempt, [step.target], () => page.click(step.target, signal));
      return;
    case "navigate":
      for (const target of step.through) await until(attempt, [target], () => page.click(target, signal));
      return;
    case "download":
      return download({ ...attempt, step });
    case "read_table":
      return readTable({ ...attempt, step });
  }
}

async function fill(attempt: Attempt<StepOf<"fill">>): Promise<void> {
  const { world, step } = attempt;
  const { page, io } = world;
  if (!(await until(attempt, [step.target], () => page.shows(step.target)))) return;
  if (sendsPassword(step)) {
    await io.beforePassword();
    world.passwordAt = io.now();
    world.mayBeSignedIn = !world.recipe.login.some(asksForCode);
  }
  const value = fillPlaceholders(step.value, world.secrets);
  if (!(await page.fill(step.target, { value, kind: kindOf(step) }))) throw missing([step.target]);
}

async function fillCode(attempt: Attempt<StepOf<"one_time_code">>): Promise<void> {
  const { world, step } = attempt;
  const { page, io } = world;
  if (!(await until(attempt, [step.target], () => page.shows(step.target)))) return;
  const code = await io.takeOneTimeCode(world.passwordAt ?? io.now(), step.wait_seconds * 1000);
  if (code === null) {
    throw new RecipeFailure("code-not-received", `one-time code not received in ${step.wait_seconds} s`);
  }
  world.mayBeSignedIn = true;
  if (!(await page.fill(step.target, { value: code, kind: "secret" }))) throw missing([step.target]);
}

async function download(attempt: Attempt<StepOf<"download">>): Promise<void> {
  const { world, step, signal } = attempt;
  const asked = await until(attempt, [step.target], () => world.page.download(step.target, signal));
  if (!asked) return;
  attempt.search.awaitsFile = true;
  const { filename, content, content_type } = await asked.file;
  world.reports.push({ report: step.report, filename: filename ?? filenameOf(world, step), content_type, content });
}

async function readTable(attempt: Attempt<StepOf<"read_table">>): Promise<void> {
  const { world, step } = attempt;
  const rows = await until(attempt, [step.target], () => world.page.readTable(step.target.css));
  if (!rows) return;
  const content = Uint8Array.from(new TextEncoder().encode(writeTableHtml(rows)));
  const filename = filenameOf(world, step);
  world.reports.push({ report: step.report, filename, content_type: "text/html; charset=utf-8", content });
}

/**
 * What `look` finds, as soon as it finds something; null where an optional step finds nothing. A login that is refused
 * meanwhile is said to be.
 */
async function until<Found>(
  attempt: Attempt,
  signs: Sign[],
  look: () => Promise<Found | false | null>,
): Promise<Found | null> {
  const { world, step, signal, search } = attempt;
  search.signs = signs;
  while (!signal.aborted) {
    if (world.isSigningIn && world.passwordAt !== null) await checkRefusal(world);
    const found = await look();
    if (found !== null && found !== false) {
      search.signs = null;
      return found;
    }
    if (!world.page.isLive) {
      if (isOptional(step)) return null;
      throw missing(signs);
    }
    await pause(POLL_MS, signal);
  }
  return null;
}

async function showsAny(page: BankPage, signs: Sign[]): Promise<boolean> {
  for (const sign of signs) {
    if (await page.shows(sign)) return true;
  }
  return false;
}

function kindOf(step: StepOf<"fill">): Entry["kind"] {
  if (sendsPassword(step)) return "secret";
  return step.value.includes("{{") ? "personal" : "plain";
}

const isOptional = (step: RecipeStep): boolean => "optional" in step && step.optional;

/** A code that a bank only sometimes wants may not be asked for after the password. */
const asksForCode = (step: RecipeStep): boolean => step.do === "one_time_code" && !step.optional;

const missing = (signs: Sign[]) =>
  new RecipeFailure("page-changed", `page changed: element ${signs.map(nameOf).join(" or ")} not found`);

const filenameOf = ({ recipe }: RunWorld, { report }: { report: string }): string =>
  recipe.reports.find(({ id }) => id === report)?.filename ?? report;
