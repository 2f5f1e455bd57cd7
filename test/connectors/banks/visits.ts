import {
  type BankIo,
  type BankLogin,
  type CollectedReport,
  RecipeFailure,
} from "../../../src/connectors/banks/bank.ts";
import { runBank } from "../../../src/connectors/banks/banks.ts";
import { demoBank } from "../../../src/connectors/banks/demo-bank.ts";
import { type Recipe, type RecipeInput, recipeSchema } from "../../../src/connectors/banks/recipe.ts";
import type { DemoBankClient } from "../../support/demo-bank/client.ts";

export const loginOf = (username: string, password = username): BankLogin => ({
  username,
  account_number: "12345678-12345678",
  password,
});

/** What came of one visit to the bank. */
export interface Visit {
  reports: CollectedReport[];
  failure: RecipeFailure | null;
  /** Descriptions of the steps that began. */
  steps: string[];
  /** How often the run said that the password is about to leave. */
  passwords: number;
  /** The texts of every request that left. */
  sent: string[];
}

interface VisitOptions {
  login?: BankLogin;
  recipe?: Recipe;
  io?: Partial<BankIo>;
}

/** Runs a recipe against a demo bank, whose codes arrive at once. */
export async function visitBank(bank: DemoBankClient, options: VisitOptions = {}): Promise<Visit> {
  const { login = loginOf("demo"), recipe = demoBank } = options;
  const visit: Visit = { reports: [], failure: null, steps: [], passwords: 0, sent: [] };
  const io: BankIo = {
    base_url: bank.url,
    browser: null,
    now: Date.now,
    fetch: (input, init) => {
      visit.sent.push(`${init?.method} ${String(input)} ${String(init?.body ?? "")}`);
      return fetch(input, init);
    },
    beforePassword: async () => void (visit.passwords += 1),
    takeOneTimeCode: async () => (await bank.report()).codes.at(-1)?.code ?? null,
    onStep: async ({ description }) => void visit.steps.push(description),
    ...options.io,
  };
  try {
    visit.reports = await runBank(io, recipe, login);
  } catch (error) {
    if (!(error instanceof RecipeFailure)) throw error;
    visit.failure = error;
  }
  return visit;
}

/** The same recipe with other steps, or with less patience. */
export function changeRecipe(recipe: Recipe, change: Partial<RecipeInput>, timeout_seconds?: number): Recipe {
  const changed: RecipeInput = { ...recipe, ...change };
  if (timeout_seconds === undefined) return recipeSchema.parse(changed);
  const hasten = (steps: RecipeInput["login"]) => steps.map((step) => ({ ...step, timeout_seconds }));
  const { login, collect, log_out } = changed;
  return recipeSchema.parse({
    ...changed,
    login: hasten(login),
    collect: hasten(collect),
    log_out: hasten(log_out),
  });
}

export const textOf = ({ content }: CollectedReport): string => new TextDecoder().decode(content);
