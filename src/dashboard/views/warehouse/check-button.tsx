import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { useAction } from "../../components/use-action.ts";

/** Whether a source that is stored answers to its credentials. */
export const checkSource = (name: string) =>
  dataOrThrow(api.POST("/api/sources/{source_name}/check", { params: { path: { source_name: name } } }));

/** Tries a source's connection and says how it went. */
export function CheckButton({ name }: { name: string }) {
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof checkSource>> | null>(null);
  const check = useAction(async () => setAnswer(await checkSource(name)));
  return (
    <div class="row">
      <button type="button" disabled={check.isBusy} onClick={() => void check.run()}>
        {check.isBusy ? "Checking …" : "Check the connection"}
      </button>
      <span role="status">
        {answer && !check.isBusy && (
          <span class={answer.success ? "good" : "bad"}>
            <PlainText of={answer.message} most={500} />
          </span>
        )}
        {check.error && <span class="bad">{check.error}</span>}
      </span>
    </div>
  );
}
