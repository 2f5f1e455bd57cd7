import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { WatchedJob } from "../../components/watched-job.tsx";

const KIND = "fsck";

/** What the last check of the storage has found, and the way to another one. */
export function StorageCheck() {
  const report = useLoad(
    async (signal) => {
      const query = { type: KIND, status: "completed", limit: 1 } as const;
      const { jobs } = await dataOrThrow(api.GET("/jobs", { params: { query }, signal }));
      return { last: jobs.length === 0 ? null : await dataOrThrow(api.GET("/admin/fsck", { signal })) };
    },
    [],
    { refreshOn: (frame) => isJobChange(frame, [KIND]) },
  );
  const [started, setStarted] = useState<string | null>(null);
  const check = useAction(async (repair: "true" | "false") =>
    setStarted((await dataOrThrow(api.POST("/admin/fsck", { params: { query: { repair } } }))).id),
  );
  const last = report.data?.last ?? null;
  const isOpen = last?.findings.some(({ repaired }) => !repaired) ?? false;
  return (
    <section class="card" aria-labelledby="storage-check">
      <h2 id="storage-check">Check of the storage</h2>
      <p class="quiet">
        Compares what is stored with what is known of it, each night and when you ask. A repair deletes no bytes at
        once: what nothing knows of goes a day later.
      </p>
      <p>
        <button type="button" disabled={check.isBusy} onClick={() => void check.run("false")}>
          Check storage
        </button>{" "}
        {isOpen && (
          <button type="button" disabled={check.isBusy} onClick={() => void check.run("true")}>
            Check and repair
          </button>
        )}
      </p>
      {check.error && (
        <p class="bad" role="alert">
          {check.error}
        </p>
      )}
      <WatchedJob id={started} />
      <Loaded of={report}>
        {() =>
          last === null ? (
            <p class="quiet">No check has been completed yet.</p>
          ) : (
            <>
              <p>
                Last completed <Time at={last.completed_at} />
                {last.repair ? ", with repair" : ""}.{" "}
                {Object.entries(last.counts)
                  .map(
                    ([kind, { found, repaired }]) =>
                      `${kind}: ${formatCount(found)}, ${formatCount(repaired)} repaired`,
                  )
                  .join("; ")}
              </p>
              <Table
                label="Findings"
                rows={last.findings}
                keyOf={({ kind, key, detail }) => `${kind} ${key} ${detail}`}
                columns={[
                  { title: "Kind", cell: ({ kind }) => kind },
                  { title: "What", cell: ({ key }) => <code>{key}</code> },
                  { title: "Detail", cell: ({ detail }) => detail },
                  { title: "Repaired", cell: ({ repaired }) => (repaired ? "yes" : "no") },
                ]}
                empty="Nothing was found to be wrong."
              />
            </>
          )
        }
      </Loaded>
    </section>
  );
}
