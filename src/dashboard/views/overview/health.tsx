import { useEffect } from "preact/hooks";
import { ApiError } from "../../../client/api-error.ts";
import type { Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";

type Components = Schemas["Components"];

const LOOK_EVERY = 15_000;

/** What `/health` calls a component, and what it is. */
const PARTS: Record<keyof Components, string> = {
  database: "Records of the platform",
  warehouse: "Warehouse",
  lake: "File storage",
  scheduler: "Schedules",
  vault: "Vault of secrets",
  tokens: "Sign-in",
  firebase: "User accounts",
  selenium: "Browser for banks",
};

/** How every component is, looked at again while the page is open. */
export function Health() {
  const health = useLoad(readHealth, []);
  useEffect(() => {
    const timer = window.setInterval(() => document.hidden || health.reload(), LOOK_EVERY);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <section class="card" aria-labelledby="health">
      <h2 id="health">Health</h2>
      <Loaded of={health}>
        {({ ready, components, version }) => (
          <>
            <p>
              {ready ? <span class="status good">Ready</span> : <span class="status bad">Not ready</span>}{" "}
              <span class="quiet">Catchment {version}</span>
            </p>
            <Table
              label="Components"
              rows={entriesOf(components)}
              keyOf={([name]) => name}
              columns={[
                { title: "Component", cell: ([name]) => PARTS[name] ?? name },
                { title: "State", cell: ([, component]) => <Status of={stateOf(component)} /> },
                { title: "Reason", cell: ([, { error }]) => error ?? "" },
              ]}
              empty="Nothing is known."
            />
          </>
        )}
      </Loaded>
    </section>
  );
}

/** What nobody has asked for is no fault. */
function stateOf({ ready, error }: Components[keyof Components]): string {
  if (ready) return "ready";
  return error === "not configured" ? "off" : "not ready";
}

/** An answer 503 says what is wrong in the same form. */
async function readHealth(signal: AbortSignal) {
  const { data, error, response } = await api.GET("/health", { signal });
  if (data) return data;
  if (error && "components" in error) return error;
  throw new ApiError(response.status, { code: "UNKNOWN", message: "The server does not say how it is" });
}

/** `Object.entries` forgets the names of keys. */
const entriesOf = (components: Components) =>
  Object.entries(components) as [keyof Components, Components[keyof Components]][];
