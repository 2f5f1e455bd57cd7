import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { isJobChange } from "../../components/use-job.ts";
import { useJobs } from "../../components/use-jobs.ts";
import { useLoad } from "../../components/use-load.ts";
import { WatchedJob } from "../../components/watched-job.tsx";

const ROTATION = "vault-rotate";

/** The keys that seal stored secrets, and the way to a new one. */
export function Vault() {
  const vault = useLoad((signal) => dataOrThrow(api.GET("/admin/vault", { signal })), [], {
    refreshOn: (frame) => isJobChange(frame, [ROTATION]),
  });
  const rotations = useJobs({ type: ROTATION, limit: 1 });
  const [started, setStarted] = useState<string | null>(null);
  const rotate = useAction(async () => setStarted((await dataOrThrow(api.POST("/admin/vault/rotate"))).id));
  return (
    <section class="card" aria-labelledby="vault">
      <h2 id="vault">Keys of the vault</h2>
      <p class="quiet">
        Stored secrets, such as bank logins and cloud keys, are sealed under the newest key. To change it, put a new key
        first in <code>VAULT_KEYS</code>, restart, and seal everything anew here; then the old key can be taken out.
      </p>
      <Loaded of={vault}>
        {({ current_version, keys }) => (
          <Table
            label="Keys"
            rows={keys}
            keyOf={({ version }) => version}
            columns={[
              {
                title: "Version",
                cell: ({ version }) => (version === current_version ? `${version} (seals)` : version),
              },
              {
                title: "Configured",
                cell: ({ configured }) =>
                  configured ? "yes" : <span class="bad">missing: its secrets cannot be opened</span>,
              },
              { title: "Secrets", isNumber: true, cell: ({ secrets }) => formatCount(secrets) },
            ]}
            empty="No key is configured and nothing is sealed."
          />
        )}
      </Loaded>
      <p>
        <button type="button" disabled={rotate.isBusy} onClick={() => void rotate.run()}>
          Seal all secrets under the newest key
        </button>
      </p>
      {rotate.error && (
        <p class="bad" role="alert">
          {rotate.error}
        </p>
      )}
      <WatchedJob id={started ?? rotations.data?.jobs[0]?.id ?? null} />
    </section>
  );
}
