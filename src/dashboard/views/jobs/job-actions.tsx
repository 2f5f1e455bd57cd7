import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { isLive, type Job } from "../../components/use-job.ts";

/** What can be done with a job as it is: cancel one that lives, start one again that has not reached its end. */
export function JobActions({ job, onDone }: { job: Job; onDone: () => void }) {
  const params = { path: { job_id: job.id } };
  const retry = useAction(async () => {
    await dataOrThrow(api.POST("/jobs/{job_id}/retry", { params }));
    notify("The job goes on from where it stopped");
    onDone();
  });
  const cancel = async () => {
    await dataOrThrow(api.POST("/jobs/{job_id}/cancel", { params }));
    notify("The job is cancelled");
    onDone();
  };
  if (isLive(job)) {
    return (
      <ConfirmButton
        label="Cancel this job"
        question="The job stops. What it has stored stays, and you can start it again from there."
        onConfirm={cancel}
      />
    );
  }
  if (job.status === "completed") return null;
  return (
    <>
      <button type="button" disabled={retry.isBusy} onClick={() => void retry.run()}>
        Try again
      </button>
      {retry.error && (
        <span class="bad" role="alert">
          {retry.error}
        </span>
      )}
    </>
  );
}
