import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Facts } from "../../components/facts.tsx";
import { formatCount, formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { Time } from "../../components/time.tsx";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { describeSelection } from "./clouds.ts";
import { ScanArtifacts } from "./scan-artifacts.tsx";
import { ScanCounts } from "./scan-counts.tsx";
import { ScanProgress } from "./scan-progress.tsx";

/** One scan: how it goes, and what it found. */
export function ScanPage({ id }: { id: string }) {
  const load = useLoad(
    (signal) => dataOrThrow(api.GET("/api/v1/extraction/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
    [id],
    { refreshOn: (frame) => isJobChange(frame, ["extraction"]) && frame.data["job_id"] === id },
  );
  const cancel = async () => {
    await dataOrThrow(api.POST("/jobs/{job_id}/cancel", { params: { path: { job_id: id } } }));
    load.reload();
  };
  return (
    <>
      <p>
        <a href={linkTo("inventory", ["scans"])}>All scans</a>
      </p>
      <Loaded of={load}>
        {(scan) => (
          <>
            <section class="card stack" aria-labelledby="scan">
              <div class="row">
                <h2 id="scan">
                  Scan of <PlainText of={describeSelection(scan)} />
                </h2>
                <Status of={scan.status} />
                {scan.status === "running" && (
                  <ConfirmButton
                    label="Cancel"
                    question="The scan ends; what it has found so far stays."
                    onConfirm={cancel}
                  />
                )}
                {scan.status !== "running" && (
                  <a href={linkTo("inventory", ["compare"], { to: id })}>Compare with another</a>
                )}
              </div>
              {scan.status === "running" && <ScanProgress id={id} />}
              <ScanFacts scan={scan} />
            </section>
            {scan.results.errors.length > 0 && <ScanErrors errors={scan.results.errors} />}
            {scan.status !== "running" && scan.results.resources_extracted > 0 && (
              <>
                <ScanCounts id={id} total={scan.results.resources_extracted} />
                <ScanArtifacts id={id} />
              </>
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

const ScanFacts = ({
  scan: { job_id, filters, timing, results, transport },
}: {
  scan: Schemas["ExtractionDetail"];
}) => (
  <Facts
    of={{
      Started: <Time at={timing.started_at} />,
      Ended: <Time at={timing.completed_at} />,
      Took: timing.duration_seconds === null ? "–" : `${formatCount(timing.duration_seconds)} seconds`,
      "Only with": Object.keys(filters).length === 0 ? "everything" : <PlainText of={formatValue(filters)} />,
      Found: `${formatCount(results.resources_extracted)} resources in ${results.services_processed} services and ${results.regions_processed} regions`,
      "Handed on": `${formatCount(transport.artifacts_sent)} to ${transport.destination ?? transport.type}`,
      Job: <a href={linkTo("jobs", [job_id])}>{job_id}</a>,
    }}
  />
);

const SHOWN = 100;

const ScanErrors = ({ errors }: { errors: string[] }) => (
  <section class="card problem" aria-labelledby="errors">
    <h2 id="errors">What could not be read</h2>
    <ul>
      {errors.slice(0, SHOWN).map((error, index) => (
        <li key={index}>
          <PlainText of={error} most={500} />
        </li>
      ))}
    </ul>
    {errors.length > SHOWN && (
      <p class="quiet">
        The first {SHOWN} of {formatCount(errors.length)}.
      </p>
    )}
  </section>
);
