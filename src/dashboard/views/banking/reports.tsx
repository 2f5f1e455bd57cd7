import { dataOrThrow, type Schemas, toFormData } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { useOffset } from "../../components/filter-form.tsx";
import { formatBytes, formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isRunChange } from "./collection.ts";
import { UploadDrop } from "./upload-drop.tsx";

type Report = Schemas["BankReport"];

const PAGE_ROWS = 25;

/** What banks gave, as they gave it. */
export function Reports() {
  const { offset, move } = useOffset("banking", ["reports"]);
  const reports = useLoad(
    (signal) => dataOrThrow(api.GET("/data/reports", { params: { query: { offset, limit: PAGE_ROWS } }, signal })),
    [offset],
    { refreshOn: isRunChange },
  );
  return (
    <section class="stack">
      <h2>Reports</h2>
      <UploadDrop
        label="Drop a report of your bank here: its rows go into your files"
        busy="Reading …"
        accept=".xls,.xlsx,.html,.htm,.csv,.ofx,.qfx,.qif,.xml,.sta,.mt940,.txt"
        send={async (file) => {
          const report = await dataOrThrow(api.POST("/data/reports", { body: { file }, bodySerializer: toFormData }));
          notify(`${file.name}: ${formatCount(report.new_rows)} new rows`);
        }}
        onDone={reports.reload}
      />
      <Loaded of={reports}>
        {({ reports: found, total_count }) => (
          <>
            <Table
              label="Reports"
              columns={columnsOf(reports.reload)}
              rows={found}
              keyOf={({ id }) => id}
              empty="There are no reports yet. A run brings some, or upload one that you downloaded at your bank."
            />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total_count} shown={found.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const columnsOf = (onDelete: () => void): Column<Report>[] => [
  { title: "Report", cell: ({ report }) => <PlainText of={report} /> },
  {
    title: "As it was given",
    cell: ({ id, filename, size_bytes }) => (
      <a href={`/data/reports/${encodeURIComponent(id)}/download`} download={filename}>
        <PlainText of={filename} most={80} /> ({formatBytes(size_bytes)})
      </a>
    ),
  },
  { title: "Rows", cell: ({ rows }) => formatCount(rows), isNumber: true },
  { title: "New", cell: ({ new_rows }) => formatCount(new_rows), isNumber: true },
  { title: "Balances", cell: (report) => <Balances of={report} /> },
  {
    title: "Files",
    cell: ({ files }) =>
      files.map((name) => (
        <a key={name} href={linkTo("banking", ["files", name])}>
          {name}{" "}
        </a>
      )),
  },
  { title: "Received", cell: ({ received_ms }) => <Time at={new Date(received_ms).toISOString()} /> },
  {
    title: "Delete",
    cell: ({ id }) => (
      <ConfirmButton
        label="Delete"
        question="The report as the bank gave it is deleted; its rows stay in the files."
        onConfirm={async () => {
          await dataOrThrow(api.DELETE("/data/reports/{id}", { params: { path: { id } } }));
          notify("The report is deleted");
          onDelete();
        }}
      />
    ),
  },
];

function Balances({ of: { balances, balances_match } }: { of: Report }) {
  if (balances_match === null) return <span class="quiet">none</span>;
  if (balances_match) return <span class="good">add up</span>;
  const wrong = balances.filter(({ matches }) => !matches);
  return (
    <span class="bad">
      do not add up:{" "}
      {wrong
        .map(({ account, opening, sum, closing }) => `${account}: ${opening} + ${sum} is not ${closing}`)
        .join("; ")}
    </span>
  );
}
