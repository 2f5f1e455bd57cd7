import { linkTo, route } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { JobProgress } from "../../components/job-progress.tsx";
import { type Job, useJob } from "../../components/use-job.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { linkToSeries, seriesOfSubject } from "./series.ts";

/** The download that was started here, live to its end. */
export function StartedDownload({ id }: { id: string }) {
  const job = useJob(id);
  const rates = route.value.query.get("rates");
  return (
    <section class="card stack" aria-labelledby="started">
      <div class="row">
        <h2 id="started">The download</h2>
        <a href={linkTo("market-data", ["download"])}>Start another</a>
      </div>
      <Loaded of={job}>
        {(data) => (
          <>
            <JobProgress job={data} />
            {data.status === "completed" && <Ended job={data} />}
          </>
        )}
      </Loaded>
      {rates !== null && <WatchedJob id={rates} />}
    </section>
  );
}

function Ended({ job }: { job: Job }) {
  const series = seriesOfSubject(job.subject);
  const message = job.results?.["message"];
  return (
    <p class="row">
      {typeof message === "string" && <span>{message}.</span>}
      {series && <a href={linkToSeries(series)}>See the chart of {series.symbol}</a>}
    </p>
  );
}
