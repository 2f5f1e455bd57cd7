import { loadLazily } from "../../lazy-modules.ts";
import { type BankIo, type BankLogin, type CollectedReport, RecipeFailure, type RecipeFailureKind } from "./bank.ts";
import type { BankPage } from "./page.ts";
import { isSafeAddress, type Recipe, type RecipeStep } from "./recipe.ts";
import { checkRefusal, runStep, type RunWorld } from "./run-step.ts";
import { untilAborted } from "./until-aborted.ts";

/** A run is five minutes at most: this for its work, the rest for signing out. */
const WORK_MS = 285_000;
const LOG_OUT_MS = 15_000;
const PICTURE_MS = 5000;
/** These say by themselves what the bank's page showed. */
const NEED_NO_PICTURE: readonly RecipeFailureKind[] = ["login-refused", "code-not-received"];

/**
 * Runs a recipe once. The password is filled in once, after `io.beforePassword`; whatever happens once the bank may have
 * opened a session, that is closed and so is the page. Throws a `RecipeFailure` and whatever `io.onStep` throws.
 */
export async function runRecipe(io: BankIo, recipe: Recipe, login: BankLogin): Promise<CollectedReport[]> {
  const base = io.base_url ?? recipe.base_url;
  // An address that was configured is the operator's word; a recipe's own was checked when it was defined.
  if (io.base_url === null && !isSafeAddress(base))
    throw new RecipeFailure("unreachable", "the bank has no safe address");
  const page = await openPage(io, recipe, new URL(base).origin);
  const world: RunWorld = {
    io,
    recipe,
    page,
    base: base.replace(/\/$/, ""),
    secrets: { ...login },
    passwordAt: null,
    isSigningIn: true,
    mayBeSignedIn: false,
    reports: [],
    signal: AbortSignal.timeout(WORK_MS),
  };
  try {
    return await runPhases(world);
  } finally {
    await page.close();
  }
}

async function openPage(io: BankIo, recipe: Recipe, origin: string): Promise<BankPage> {
  if (recipe.runner === "http") {
    const { openHttpPage } = await loadLazily("bank-page");
    return openHttpPage(io, origin);
  }
  if (!io.browser) throw new RecipeFailure("browser-missing", "selenium not configured");
  const { openBrowserPage } = await loadLazily("browser");
  return openBrowserPage(io.browser, origin);
}

async function runPhases(world: RunWorld): Promise<CollectedReport[]> {
  const { login, collect, log_out } = world.recipe;
  const total = login.length + collect.length + log_out.length;
  let done = 0;
  const announce = ({ description }: RecipeStep) => world.io.onStep({ description, done, total });
  const run = async (step: RecipeStep) => {
    await announce(step);
    await runStep(world, step);
    done += 1;
  };
  try {
    for (const step of login) {
      await run(step);
      // Also of a run that is to end before its next step: a refusal must be known.
      if (world.passwordAt !== null) await checkRefusal(world);
    }
    world.isSigningIn = false;
    for (const step of collect) await run(step);
    if (log_out[0]) await announce(log_out[0]);
    return world.reports;
  } catch (error) {
    if (isOfKind(error, ["login-refused"])) world.mayBeSignedIn = false;
    throw await withEvidence(world, error);
  } finally {
    if (world.mayBeSignedIn) await logOut(world);
  }
}

/** The same failure with a picture of the page, and what was collected before it. */
async function withEvidence({ page, reports }: RunWorld, error: unknown): Promise<unknown> {
  if (!(error instanceof RecipeFailure)) return error;
  const screenshot = isOfKind(error, NEED_NO_PICTURE) ? null : await takePicture(page);
  return new RecipeFailure(error.kind, error.message, { screenshot, collected: reports });
}

/** What the page looks like; null when it says nothing of it, or not in time. */
const takePicture = (page: BankPage) =>
  untilAborted(
    AbortSignal.timeout(PICTURE_MS),
    page.screenshot().catch(() => null),
    () => null,
  );

const isOfKind = (error: unknown, kinds: readonly RecipeFailureKind[]) =>
  error instanceof RecipeFailure && kinds.includes(error.kind);

/** Ends the session at the bank as well as it can: what was collected is there, whether this works or not. */
async function logOut(world: RunWorld): Promise<void> {
  const closing = { ...world, isSigningIn: false, signal: AbortSignal.timeout(LOG_OUT_MS) };
  try {
    for (const step of world.recipe.log_out) await runStep(closing, step);
  } catch {
    return; // The bank ends it by itself after a while.
  }
}
