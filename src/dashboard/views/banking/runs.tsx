import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Dialog } from "../../components/dialog.tsx";
import { readProgress } from "../../components/job-progress.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isRunChange, type Run } from "./collection.ts";

const PAGE_ROWS = 20;

const columns: Column<Run>[] = [
  { title: "Started", cell: (run) => <Time at={run.started_at} /> },
  { title: "State", cell: (run) => <Status of={run.state} /> },
  { title: "What came of it", cell: (run) => <Outcome run={run} /> },
  { title: "Files", cell: (run) => <FileLinks names={run.files} /> },
  { title: "Ended", cell: (run) => <Time at={run.completed_at} /> },
  {
    title: "Picture",
    cell: (run) =>
      run.has_screenshot && <a href={linkTo("banking", ["runs"], { picture: run.id })}>The page that it failed at</a>,
  },
];

/** Every visit to the bank, newest first. */
export function Runs() {
  const cursors = useCursors();
  const runs = useLoad(
    (signal) => {
      const query = { limit: PAGE_ROWS, ...(cursors.cursor !== undefined && { cursor: cursors.cursor }) };
      return dataOrThrow(api.GET("/user/runs", { params: { query }, signal }));
    },
    [cursors.cursor],
    { refreshOn: isRunChange },
  );
  const picture = route.value.query.get("picture");
  return (
    <section>
      <h2>Runs</h2>
      <Loaded of={runs}>
        {({ runs: found, total, next_cursor }) => (
          <>
            <Table
              label="Runs"
              columns={columns}
              rows={found.filter((run) => run !== null)}
              keyOf={({ id }) => id}
              empty="There was no run yet. Store a login under “Bank login”, and collect."
            />
            <CursorPager cursors={cursors} nextCursor={next_cursor} total={total} />
          </>
        )}
      </Loaded>
      {picture !== null && <Picture run={picture} />}
    </section>
  );
}

function Outcome({ run }: { run: Run }) {
  const rows = run.reports.reduce((sum, { new_rows }) => sum + new_rows, 0);
  if (run.state === "pending" || run.state === "running") return readProgress(run.progress).message;
  return (
    <>
      {run.reports.length > 0 && `${run.reports.length} reports with ${rows} new rows. `}
      {run.errors.map((error) => (
        <span key={error} class="bad">
          <PlainText of={error} />{" "}
        </span>
      ))}
    </>
  );
}

const FileLinks = ({ names }: { names: string[] }) => (
  <ul class="plain">
    {names.map((name) => (
      <li key={name}>
        <a href={linkTo("banking", ["files", name])}>{name}</a>
      </li>
    ))}
  </ul>
);

const Picture = ({ run }: { run: string }) => (
  <Dialog title="The page that the run failed at" onClose={() => goTo(linkTo("banking", ["runs"]))}>
    <img
      class="screenshot"
      src={`/user/runs/${encodeURIComponent(run)}/screenshot`}
      alt="The bank's page at the moment when the run failed"
    />
  </Dialog>
);
