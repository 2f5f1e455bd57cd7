import { type BankIo, type BankLogin, RecipeFailure } from "../../../src/connectors/banks/bank.ts";
import { runBank } from "../../../src/connectors/banks/banks.ts";
import { type RecipeInput, recipeSchema } from "../../../src/connectors/banks/recipe.ts";
import type { DemoBankReport } from "../demo-bank/world.ts";

/** One visit that a test asks for. */
export interface VisitRequest {
  recipe: RecipeInput;
  login: BankLogin;
  /** The bank, and where what it saw is told. */
  url: string;
  control: string;
}

export interface VisitAnswer {
  reports: { report: string; filename: string; content: string }[];
  failure: { kind: string; message: string; screenshot: string | null } | null;
  steps: string[];
  passwords: number;
}

/** Does visits inside workerd with its browser binding; what is bytes goes out as base64. */
export default {
  async fetch(request: Request, { BROWSER }: { BROWSER: Fetcher }): Promise<Response> {
    const { recipe, login, url, control } = await request.json<VisitRequest>();
    const answer: VisitAnswer = { reports: [], failure: null, steps: [], passwords: 0 };
    const io: BankIo = {
      fetch: (input, init) => fetch(input, init),
      now: Date.now,
      base_url: url,
      browser: BROWSER,
      beforePassword: async () => void (answer.passwords += 1),
      takeOneTimeCode: async () => (await codes(control)).at(-1)?.code ?? null,
      onStep: async ({ description }) => void answer.steps.push(description),
    };
    try {
      const reports = await runBank(io, recipeSchema.parse(recipe), login);
      answer.reports = reports.map(({ report, filename, content }) => ({ report, filename, content: encode(content) }));
    } catch (error) {
      if (!(error instanceof RecipeFailure)) return new Response(String(error), { status: 500 });
      const { kind, message, screenshot } = error;
      answer.failure = { kind, message, screenshot: screenshot && encode(screenshot) };
    }
    return Response.json(answer);
  },
};

const codes = async (control: string) => (await (await fetch(control)).json<DemoBankReport>()).codes;

const encode = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
