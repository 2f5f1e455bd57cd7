import { formatBytes } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { WatchedJob } from "../../components/watched-job.tsx";
import type { FileState, Sending } from "./use-sending.ts";

/** How far the files are that were chosen, and then their sync. */
export const SendList = ({ files, sending: { states, jobId } }: { files: File[]; sending: Sending }) => (
  <>
    {files.length > 0 && (
      <ul class="sends">
        {files.map((file, index) => (
          <li key={index}>
            <span>
              <PlainText of={file.name} /> <span class="quiet">{formatBytes(file.size)}</span>
            </span>
            <State file={file} state={states.get(file)} />
          </li>
        ))}
      </ul>
    )}
    {jobId !== null && (
      <section aria-label="Loading into the table">
        <WatchedJob id={jobId} />
      </section>
    )}
  </>
);

function State({ file, state }: { file: File; state: FileState | undefined }) {
  if (state === undefined) return <span class="quiet">not sent yet</span>;
  if (state === "done") return <span class="good">sent</span>;
  if (typeof state === "number") {
    return <progress aria-label={`Sending ${file.name}`} max={Math.max(1, file.size)} value={state} />;
  }
  return (
    <span class="bad" role="alert">
      {state.error}
    </span>
  );
}
