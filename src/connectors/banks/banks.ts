import type { BankIo, BankLogin, CollectedReport } from "./bank.ts";
import { demoBank, demoBankBrowser } from "./demo-bank.ts";
import { ersteNetbroker } from "./erste-netbroker.ts";
import type { Recipe } from "./recipe.ts";
import { runRecipe } from "./run-recipe.ts";

const banks: ReadonlyMap<string, Recipe> = new Map(
  [demoBank, demoBankBrowser, ersteNetbroker].map((recipe) => [recipe.id, recipe]),
);

/** The recipe of a bank; undefined when there is none of that id. */
export const findBank = (id: string): Recipe | undefined => banks.get(id);

/** Every bank that can be collected from. */
export const listBanks = (): Recipe[] => [...banks.values()];

/**
 * Signs in at a bank once, collects its reports and signs out: at most five minutes. Throws a `RecipeFailure` that says
 * why the run ended early, and whatever `io.onStep` throws.
 */
export const runBank = (io: BankIo, bank: Recipe, login: BankLogin): Promise<CollectedReport[]> =>
  runRecipe(io, bank, login);
