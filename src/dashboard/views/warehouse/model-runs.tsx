import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isModelFrame } from "./model-state.ts";

const RUNS = 50;

/** The latest runs of the project, newest first. */
export function ModelRuns() {
  const runs = useLoad(
    (signal) => dataOrThrow(api.GET("/api/dbt/runs", { params: { query: { limit: RUNS } }, signal })),
    [],
    { refreshOn: isModelFrame },
  );
  return (
    <Loaded of={runs}>
      {({ runs: rows }) => (
        <Table
          label="Runs"
          rows={rows}
          keyOf={({ id }) => id}
          empty="Nothing has been run yet. Start a run under Models."
          columns={[
            {
              title: "Started",
              cell: ({ id, started_at }) => (
                <a href={linkTo("warehouse", ["models", "runs", id])}>
                  <Time at={started_at} />
                </a>
              ),
            },
            { title: "What", cell: ({ command }) => command },
            { title: "Of what", cell: ({ label }) => <PlainText of={label} /> },
            { title: "State", cell: ({ status }) => <Status of={status} /> },
            { title: "Ended", cell: ({ completed_at }) => <Time at={completed_at} /> },
            { title: "Error", cell: ({ error_message }) => <PlainText of={error_message ?? ""} most={300} /> },
          ]}
        />
      )}
    </Loaded>
  );
}
