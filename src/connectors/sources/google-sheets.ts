import { z } from "zod";
import { unprocessable } from "../../errors.ts";
import { apiUrl, secretName } from "./config-fields.ts";
import { authorizeGoogle, tokenUrlOf } from "./google-token.ts";
import type { RestApi } from "./rest/api.ts";
import { createRestClient } from "./rest/client.ts";
import { fillRequest } from "./rest/request.ts";
import { rowsAt, valueAt } from "./rest/select.ts";
import type { SourceIo, SourceResource, SourceRow, SourceType } from "./source.ts";

const config = z.strictObject({
  spreadsheet_url_or_id: z
    .string()
    .regex(
      /^[\w-]{20,}$|^https:\/\/docs\.google\.com\/spreadsheets\/d\/[\w-]+/,
      "must be the id or the address of a spreadsheet",
    ),
  range_names: z.array(z.string().min(1)).min(1).optional().describe("Tabs or named ranges; all tabs when absent"),
  deduplication: z.string().optional().describe("Strategy of the generated model"),
  credentials_env: secretName()
    .default("GOOGLE_CREDENTIALS")
    .describe("Key file of a service account it is shared with"),
  api_url: apiUrl().optional().describe("https://sheets.googleapis.com when absent"),
});

/** Rows of one page; whole tabs may have millions of cells. */
const PAGE_ROWS = 5000;

const positionSchema = z.object({ row: z.int(), last: z.int(), header: z.array(z.string()) });

/** Names of the columns: an empty one is called by its place, one that was there before gets a number. */
function nameColumns(cells: readonly unknown[]): string[] {
  const names: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const title = String(cell ?? "").trim() || `column${index + 1}`;
    let name = title;
    for (let count = 1; names.includes(name); count += 1) name = `${title}_${count}`;
    names.push(name);
  }
  return names;
}

const cellsOf = (body: unknown): unknown[][] => {
  const values = valueAt(body, "values");
  return Array.isArray(values) ? values.filter(Array.isArray) : [];
};

/** Cells behind the header's last are kept under the name of their place; trailing empty cells are not sent. */
const toRow = (header: readonly string[], cells: readonly unknown[]): SourceRow => {
  const names = [...header, ...cells.slice(header.length).map((_, index) => `column${header.length + index + 1}`)];
  return Object.fromEntries(names.map((name, index) => [name, cells[index] === "" ? null : (cells[index] ?? null)]));
};

function openSheets(chosen: z.output<typeof config>, io: SourceIo) {
  const { spreadsheet_url_or_id, range_names, credentials_env, api_url } = chosen;
  const id = /\/d\/([\w-]+)/.exec(spreadsheet_url_or_id)?.[1] ?? spreadsheet_url_or_id;
  const api: RestApi = {
    name: "Google Sheets",
    base_url: api_url ?? "https://sheets.googleapis.com",
    auth: async (secretIo) =>
      authorizeGoogle(secretIo, {
        credentials_env,
        scope: "https://www.googleapis.com/auth/spreadsheets.readonly",
        token_url: tokenUrlOf(api_url),
      }),
    resources: [],
    check: { path: `v4/spreadsheets/${id}`, query: { fields: "sheets.properties(title,gridProperties.rowCount)" } },
  };
  const send = createRestClient(io, api);

  /** Number of rows by the name of the tab. */
  const readTabs = async () => {
    const { body } = await send(fillRequest(api, api.check, {}));
    const properties = rowsAt("sheets")(body).map(
      (sheet) =>
        [
          String(valueAt(sheet, "properties.title")),
          Number(valueAt(sheet, "properties.gridProperties.rowCount") ?? 0),
        ] as const,
    );
    return new Map(properties);
  };

  /** https://developers.google.com/workspace/sheets/api/reference/rest/v4/spreadsheets.values/get */
  const readCells = async (range: string) => {
    const query = { valueRenderOption: "UNFORMATTED_VALUE", dateTimeRenderOption: "FORMATTED_STRING" };
    const path = `v4/spreadsheets/${id}/values/${encodeURIComponent(range)}`;
    return cellsOf((await send(fillRequest(api, { path, query }, {}))).body);
  };

  const rowsOfTab = (tab: string, first: number, last: number) =>
    readCells(`'${tab.replaceAll("'", "''")}'!${first}:${Math.min(last, first + PAGE_ROWS - 1)}`);

  return { readTabs, readCells, rowsOfTab, range_names };
}

const describe = (name: string): SourceResource => ({
  name,
  primary_key: [],
  write_disposition: "replace",
  cursor_field: null,
});

/** Google Sheets: https://developers.google.com/workspace/sheets/api */
export const googleSheets: SourceType<typeof config> = {
  type: "google_sheets",
  group: "marketing",
  title: "Google Sheets",
  description: "The tabs and named ranges of a spreadsheet; the first row has the names of the columns",
  unavailable: null,
  config,
  open: (chosen, io) => {
    const { readTabs, readCells, rowsOfTab, range_names } = openSheets(chosen, io);
    return {
      check: async () => {
        await readTabs();
      },
      resources: async () => (range_names ?? [...(await readTabs()).keys()]).map(describe),
      page: async (resource, stored) => {
        const position = stored === null ? null : positionSchema.parse(stored);
        const last = position?.last ?? (await readTabs()).get(resource);
        if (last === undefined) {
          if (!range_names?.includes(resource))
            throw unprocessable([{ field: "range_names", message: `there is no tab ${resource}` }]);
          const [header = [], ...cells] = await readCells(resource);
          return { rows: cells.map((row) => toRow(nameColumns(header), row)), next: null };
        }
        if (last === 0) return { rows: [], next: null };
        const first = position?.row ?? 1;
        const cells = await rowsOfTab(resource, first, last);
        const header = position?.header ?? nameColumns(cells[0] ?? []);
        const data = position ? cells : cells.slice(1);
        const row = first + PAGE_ROWS;
        const rows = data.filter((each) => each.length > 0).map((each) => toRow(header, each));
        return { rows, next: row > last ? null : { row, last, header } };
      },
    };
  },
};
