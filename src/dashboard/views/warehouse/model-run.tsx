import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { readRun } from "../../components/dbt-run.ts";
import { Facts } from "../../components/facts.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { WatchedJob } from "../../components/watched-job.tsx";
import { isModelFrame } from "./model-state.ts";

const columns: Column<Schemas["DbtResult"]>[] = [
  { title: "Node", cell: ({ name }) => <PlainText of={name} /> },
  { title: "Kind", cell: ({ resource_type }) => resource_type },
  { title: "Outcome", cell: ({ status }) => <Status of={status} /> },
  { title: "Says", cell: ({ message }) => <PlainText of={message} most={500} /> },
  { title: "Rows", isNumber: true, cell: ({ row_count, failures }) => counted(row_count ?? failures) },
  { title: "Seconds", isNumber: true, cell: ({ execution_seconds }) => execution_seconds.toFixed(2) },
];

/** One run: its progress while it goes, and how each of its nodes has ended so far. */
export function ModelRun({ id }: { id: string }) {
  const run = useLoad((signal) => readRun(id, signal), [id], { refreshOn: isModelFrame });
  return (
    <>
      <p>
        <a href={linkTo("warehouse", ["models", "runs"])}>All runs</a>
      </p>
      <section class="card" aria-label="Progress">
        <WatchedJob id={id} />
      </section>
      <Loaded of={run}>
        {({ found }) =>
          found ? (
            <>
              <section class="card">
                <h3>
                  {found.command}: <PlainText of={found.label} />
                </h3>
                <Facts
                  of={{
                    State: <Status of={found.status} />,
                    Started: <Time at={found.started_at} />,
                    Ended: <Time at={found.completed_at} />,
                    ...(found.error_message && { Error: <PlainText of={found.error_message} most={1000} /> }),
                  }}
                />
              </section>
              <Table
                label="Nodes"
                columns={columns}
                rows={found.results}
                keyOf={({ unique_id }) => unique_id}
                empty={found.status === "running" ? "No node has ended yet." : "It had no nodes."}
              />
            </>
          ) : (
            <p class="quiet">It waits for its turn.</p>
          )
        }
      </Loaded>
    </>
  );
}

const counted = (count: number | null) => (count === null ? "" : formatCount(count));
