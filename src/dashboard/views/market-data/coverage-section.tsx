import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { formatCount } from "../../components/format.ts";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { CoverageBar, listHoles } from "./coverage-bar.tsx";
import { describeType, formatInstant, type Series } from "./series.ts";

const LISTED = 100;
const STATES = {
  missing: "not collected",
  no_trades: "no trades: the exchange was asked again and has none",
};

/** How much of a series is there, what is missing in it, and a way to ask for that again. */
export function CoverageSection({ series }: { series: Series }) {
  const [job, setJob] = useState<string | null>(null);
  const repair = useAction(async () => {
    const body = { series_ids: [series.series_id] };
    const { repairs } = await dataOrThrow(api.POST("/api/v1/coverage/repair", { body }));
    setJob(repairs[0]?.job_id ?? null);
  });
  const holes = listHoles(series);
  const comesFromExchange = series.data_type === "raw" || describeType(series) === "Funding rates";
  return (
    <section class="card stack" aria-labelledby="coverage">
      <div class="row">
        <h2 id="coverage">Coverage</h2>
        {comesFromExchange && (
          <button type="button" disabled={repair.isBusy} onClick={() => void repair.run()}>
            Repair
          </button>
        )}
      </div>
      <CoverageBar series={series} />
      {series.intervals[0] && (
        <p class="row quiet ends">
          <span>{formatInstant(Date.parse(series.intervals[0].from))}</span>
          <span>{formatInstant(Date.parse(series.intervals.at(-1)?.to ?? ""))} UTC</span>
        </p>
      )}
      {repair.error && (
        <p class="bad" role="alert">
          {repair.error}
        </p>
      )}
      <WatchedJob id={job} />
      {holes.length === 0 ? (
        <p>
          <span class="good">Complete</span>: there are no gaps in what was collected.
        </p>
      ) : (
        <details>
          <summary>
            {formatCount(Math.max(holes.length, series.gap_count))} {holes.length === 1 ? "gap" : "gaps"}
          </summary>
          <Table
            label="Gaps"
            rows={holes.slice(0, LISTED)}
            keyOf={({ from }) => from}
            empty=""
            columns={[
              { title: "From (UTC)", cell: ({ from }) => formatInstant(from) },
              { title: "Until (UTC)", cell: ({ to }) => formatInstant(to) },
              { title: "Why", cell: ({ state }) => STATES[state] },
            ]}
          />
          {holes.length > LISTED && <p class="quiet">The first {LISTED} of them.</p>}
        </details>
      )}
    </section>
  );
}
