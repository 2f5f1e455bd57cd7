import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { LogTable } from "../../components/log-table.tsx";
import { isSourceFrame } from "./source-state.ts";

const LINES = 200;

/** What happened to one source, newest first. */
export function SourceLog({ name }: { name: string }) {
  const log = useLoad(
    async (signal) => {
      const params = { path: { source_name: name }, query: { limit: LINES } };
      const lines = await dataOrThrow(api.GET("/api/sources/{source_name}/logs", { params, signal }));
      return lines.toReversed();
    },
    [name],
    { refreshOn: (frame) => isSourceFrame(frame, name) },
  );
  return (
    <section>
      <h3>Log, newest first</h3>
      <Loaded of={log}>{(lines) => <LogTable lines={lines} empty="Nothing has happened yet." />}</Loaded>
    </section>
  );
}
