import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";
import { hookColumns } from "./hook-columns.tsx";
import { ALL, itemsOf } from "../../components/lists.ts";

/** Hooks of this instrument alone. */
export function InstrumentHooks({ instrument }: { instrument: string }) {
  const hooks = useLoad(
    async (signal) => {
      const query = { ...ALL.query, instrument_id: instrument };
      return itemsOf(await dataOrThrow(api.GET("/api/hooks", { params: { query }, signal })));
    },
    [instrument],
  );
  return (
    <section class="card stack">
      <div class="row">
        <h3>Hooks of its own</h3>
        <a class="button" href={linkTo("instruments", ["hooks", "new"], { instrument })}>
          Add a hook
        </a>
      </div>
      <Loaded of={hooks}>
        {(found) => (
          <Table
            label="Hooks of its own"
            columns={[
              {
                title: "Name",
                cell: ({ id, name }) => (
                  <a href={linkTo("instruments", ["hooks", id])}>
                    <PlainText of={name} />
                  </a>
                ),
              },
              ...hookColumns,
            ]}
            rows={found}
            keyOf={({ id }) => id}
            empty="None. Those of every instrument are under “Hooks”."
          />
        )}
      </Loaded>
    </section>
  );
}
