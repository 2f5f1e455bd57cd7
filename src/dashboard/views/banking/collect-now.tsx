import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { JobProgress, readProgress } from "../../components/job-progress.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { isLive, type Job, useJob } from "../../components/use-job.ts";
import type { CollectionStatus } from "./collection.ts";
import { CodeForm } from "./code-form.tsx";

interface CollectNowProps {
  status: CollectionStatus;
  onStart: () => void;
}

/** Starts a run, and shows the newest one as it goes. */
export function CollectNow({ status: { credentials, last_run, next_run }, onStart }: CollectNowProps) {
  const job = useJob(last_run?.id ?? null);
  const isRunning = job.data !== null && isLive(job.data);
  const start = useAction(async () => {
    await dataOrThrow(api.PUT("/user/collect_automatically"));
    notify("Your reports are being collected");
    onStart();
  });
  return (
    <section class="card stack">
      <div class="row">
        <h2>Collecting</h2>
        {credentials && credentials.refused_at === null && (
          <button type="button" class="primary" disabled={start.isBusy || isRunning} onClick={() => void start.run()}>
            Collect now
          </button>
        )}
      </div>
      {start.error && (
        <p class="bad" role="alert">
          {start.error}
        </p>
      )}
      {!credentials && !last_run && <p class="quiet">Store a login first.</p>}
      {last_run && <Loaded of={job}>{(run) => <NewestRun run={run} />}</Loaded>}
      {credentials && !last_run && <p class="quiet">Nothing was collected yet.</p>}
      {credentials && next_run && (
        <p class="quiet">
          Next run: <Time at={new Date(next_run.next_run_timestamp_ms).toISOString()} />
        </p>
      )}
    </section>
  );
}

function NewestRun({ run }: { run: Job }) {
  return (
    <>
      <JobProgress job={run} />
      {waitsForCode(run) && <CodeForm key={run.id} />}
      {run.status === "completed" && (
        <p>
          Done: look at your <a href={linkTo("banking", ["files"])}>files</a> and{" "}
          <a href={linkTo("banking", ["reports"])}>reports</a>.
        </p>
      )}
      {run.status === "failed" && (
        <p>
          <a href={linkTo("banking", ["runs"])}>Runs</a> has the page that it failed at, where there is one.
        </p>
      )}
    </>
  );
}

/** Steps of a run are told by their descriptions, and every bank's recipe calls the code so. */
const waitsForCode = (run: Job) => isLive(run) && /one-time code/i.test(readProgress(run.progress).message ?? "");
