import { useEffect } from "preact/hooks";
import { ApiError } from "../../../client/api-error.ts";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Facts } from "../../components/facts.tsx";
import { formatBytes, formatCount } from "../../components/format.ts";
import { JobProgress } from "../../components/job-progress.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useAction } from "../../components/use-action.ts";
import { isLive, type Job, useJob } from "../../components/use-job.ts";

interface HarvestNowProps {
  instrument: string;
  onEnd: () => void;
}

/** Starts a harvest and shows it as it goes; which one is in the address, so that it survives a reload. */
export function HarvestNow({ instrument, onEnd }: HarvestNowProps) {
  const job = useJob(route.value.query.get("job"));
  const isRunning = job.data !== null && isLive(job.data);
  const hasEnded = job.data !== null && !isRunning;
  useEffect(() => {
    if (hasEnded) onEnd();
  }, [hasEnded]);
  const start = useAction(async () => {
    const path = { id: instrument };
    const { triggered, errors } = await dataOrThrow(api.POST("/api/instruments/{id}/harvest", { params: { path } }));
    if (triggered[0]) await follow(instrument, triggered[0].flow_run_id);
    if (errors[0]) throw new ApiError(502, { code: "UPSTREAM_ERROR", message: errors[0].error });
  });
  return (
    <section class="card stack">
      <div class="row">
        <h3>Harvest</h3>
        <button type="button" class="primary" disabled={start.isBusy || isRunning} onClick={() => void start.run()}>
          Harvest now
        </button>
      </div>
      <p class="quiet">Fetches what is new, to where its schedules say. It needs one that is switched on.</p>
      {start.error && (
        <p class="bad" role="alert">
          {start.error}
        </p>
      )}
      {route.value.query.has("job") && (
        <Loaded of={job}>
          {(found) => (
            <>
              <JobProgress job={found} />
              <HarvestCounts job={found} />
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

/** Events name a job by its own id. */
export async function follow(instrument: string, flow_run_id: string): Promise<void> {
  const { id } = await dataOrThrow(api.GET("/jobs/{job_id}", { params: { path: { job_id: flow_run_id } } }));
  goTo(linkTo("instruments", ["instruments", instrument], { job: id }), { replace: true });
}

function HarvestCounts({ job: { progress } }: { job: Job }) {
  const count = (name: string) => Number(progress[name] ?? 0);
  return (
    <Facts
      of={{
        found: formatCount(count("total_discovered")),
        fetched: `${formatCount(count("transferred"))} (${formatBytes(count("bytes"))})`,
        skipped: formatCount(count("skipped")),
        failed: formatCount(count("failed")),
      }}
    />
  );
}
