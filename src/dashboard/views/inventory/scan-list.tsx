import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { FilterForm } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Select } from "../../components/select.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { describeSelection } from "./clouds.ts";

const STEP = 25;
const MOST = 1000;
const STATES = ["running", "completed", "failed"] as const;

/** Scans, newest first. */
export function ScanList() {
  const { query } = route.value;
  const limit = Math.min(MOST, Math.max(STEP, Number(query.get("limit")) || STEP));
  const status = STATES.find((state) => state === query.get("status"));
  const load = useLoad(
    (signal) => dataOrThrow(api.GET("/api/v1/extraction/jobs", { params: { query: { limit, status } }, signal })),
    [limit, status],
    { refreshOn: (frame) => isJobChange(frame, ["extraction"]) },
  );
  return (
    <section aria-labelledby="scans">
      <h2 id="scans">Scans</h2>
      <FilterForm label="Narrow the list of scans" view="inventory" path={["scans"]}>
        <Field label="State">
          <Select
            name="status"
            initial={status ?? ""}
            options={{ "": "All", ...Object.fromEntries(STATES.map((state) => [state, state])) }}
          />
        </Field>
      </FilterForm>
      <Loaded of={load}>
        {({ jobs, total }) => (
          <>
            <ScanTable scans={jobs} />
            {total > jobs.length && jobs.length < MOST && (
              <button
                type="button"
                onClick={() => goTo(linkTo("inventory", ["scans"], { status, limit: String(limit + STEP) }))}
              >
                Show more of {formatCount(total)}
              </button>
            )}
          </>
        )}
      </Loaded>
    </section>
  );
}

const ScanTable = ({ scans }: { scans: Schemas["ExtractionListed"][] }) => (
  <Table
    label="Scans"
    rows={scans}
    keyOf={({ job_id }) => job_id}
    empty="There are none. Start one under Scan."
    columns={[
      {
        title: "Started",
        cell: ({ job_id, started_at }) => (
          <a href={linkTo("inventory", ["scans", job_id])}>
            <Time at={started_at} />
          </a>
        ),
      },
      { title: "Of", cell: (scan) => <PlainText of={describeSelection(scan)} /> },
      { title: "State", cell: ({ status }) => <Status of={status} /> },
      { title: "Found", isNumber: true, cell: ({ resources_extracted }) => formatCount(resources_extracted) },
      { title: "Errors", isNumber: true, cell: ({ errors }) => formatCount(errors.length) },
      {
        title: "Took",
        isNumber: true,
        cell: ({ duration_seconds }) => (duration_seconds === null ? "–" : `${formatCount(duration_seconds)} s`),
      },
      {
        title: "Compare",
        cell: ({ job_id }) => <a href={linkTo("inventory", ["compare"], { to: job_id })}>Compare</a>,
      },
    ]}
  />
);
