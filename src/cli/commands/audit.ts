import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { type CatchmentClient, dataOrThrow, type Schemas } from "../../client/client.ts";
import { exitCodes, wrongUsage } from "../catchment/command-error.ts";
import { note, printJson, printLine, printTable } from "../catchment/output.ts";
import { openSession } from "../catchment/session.ts";

type Page = Schemas["AuditVerification"];
type Link = Page["head"];

/** What all pages say together. */
type Verification = Pick<Page, "intact" | "checked" | "problems" | "erased" | "unsealed" | "purged_up_to" | "head">;

/** `audit verify`: whether the audit is as it was written, for admins. */
export function addAuditCommands(program: Command): void {
  const audit = program.command("audit").description("the record of who did what, for admins");
  audit
    .command("verify")
    .description("verify that no row of the audit was changed, removed, inserted or moved")
    .option("--head-file <path>", "what --json has printed earlier: its head must still be in the chain")
    .addHelpText(
      "after",
      `
Exits with 1 when something is wrong, and names each row. Keep what --json prints on another machine: who makes all
hashes anew is found out by --head-file.

Examples:
  catchment audit verify
  catchment audit verify --json > head.json
  catchment audit verify --head-file head.json`,
    )
    .action(verifyAudit);
}

async function verifyAudit({ headFile }: { headFile?: string }, command: Command): Promise<void> {
  const { client, json } = openSession(command);
  const noted = headFile === undefined ? null : await readHead(headFile);
  const verification = await readPages(client);
  const problems = [...verification.problems, ...(noted === null ? [] : await compareHead(client, noted))];
  const intact = problems.length === 0;
  if (!intact) process.exitCode = exitCodes.failed;
  if (json) return printJson({ ...verification, intact, problems });
  const { checked, erased, unsealed, purged_up_to, head } = verification;
  if (problems.length > 0)
    printTable(
      ["row", "id", "problem"],
      problems.map((row) => [row.number, row.id, row.problem]),
    );
  if (purged_up_to > 0) note(`Rows up to ${purged_up_to} went by their retention.`);
  if (erased.length > 0) note(`Out of ${erased.length} rows somebody who has left was taken.`);
  if (unsealed > 0) note(`${unsealed} rows are in no chain yet; the next minute seals them.`);
  printLine(`${checked} rows are ${intact ? "as they were written" : "not all as they were written"}.`);
  printLine(`The chain ends with row ${head.number}, ${head.hash || "none"}.`);
}

async function readPages(client: CatchmentClient): Promise<Verification> {
  const found: Verification = {
    ...{ intact: true, checked: 0, problems: [], erased: [], unsealed: 0, purged_up_to: 0 },
    head: { number: 0, hash: "" },
  };
  for (let after: number | null = 0; after !== null;) {
    const page: Page = await dataOrThrow(client.GET("/admin/audit/verify", { params: { query: { after } } }));
    found.intact &&= page.intact;
    found.checked += page.checked;
    found.problems.push(...page.problems);
    found.erased.push(...page.erased);
    // As they are by now: the chain goes on beside this.
    const { unsealed, purged_up_to, head } = page;
    Object.assign(found, { unsealed, purged_up_to, head });
    after = page.next_after;
  }
  return found;
}

/** What is wrong with a head that was noted earlier. */
async function compareHead(client: CatchmentClient, { number, hash }: Link): Promise<Page["problems"]> {
  if (number === 0) return [];
  const query = { after: number - 1, limit: 1 };
  const { last, purged_up_to } = await dataOrThrow(client.GET("/admin/audit/verify", { params: { query } }));
  if (number <= purged_up_to) {
    return [{ number, id: null, problem: "went by its retention: note a newer head" }];
  }
  if (last?.number === number && last.hash === hash) return [];
  return [{ number, id: null, problem: "is not the row that was noted: the chain was made anew from there or before" }];
}

async function readHead(path: string): Promise<Link> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw wrongUsage(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  });
  const head = parse(text);
  if (head === null) throw wrongUsage(`${path} is not what catchment audit verify --json prints.`);
  return head;
}

function parse(text: string): Link | null {
  try {
    const { head } = JSON.parse(text) as { head?: Partial<Link> };
    const { number, hash } = head ?? {};
    return Number.isSafeInteger(number) && typeof hash === "string" ? { number: Number(number), hash } : null;
  } catch {
    return null;
  }
}
