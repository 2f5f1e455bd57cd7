import type { Context } from "../../context.ts";
import { pageArtifacts, type ReadingFilter } from "./reading.store.ts";

const DOCUMENTS_A_PAGE = 200;

/** The documents of an extraction, one after the other, without holding more than a page. */
export async function* eachDocument(
  ctx: Pick<Context, "db">,
  job_id: string,
  filter: ReadingFilter = {},
): AsyncGenerator<string> {
  for (let after = 0; ;) {
    const rows = await pageArtifacts(ctx.db, job_id, filter, after, DOCUMENTS_A_PAGE);
    for (const { document } of rows) yield document;
    const last = rows.at(-1);
    if (!last || rows.length < DOCUMENTS_A_PAGE) return;
    after = last.row;
  }
}
