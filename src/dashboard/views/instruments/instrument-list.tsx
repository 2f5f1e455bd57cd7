import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import type { Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { InstrumentForm } from "./instrument-form.tsx";
import { InstrumentPage } from "./instrument-page.tsx";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";
import { pageOf } from "../../components/lists.ts";

type Instrument = Schemas["Instrument"];

const columns: Column<Instrument>[] = [
  { title: "Reached by", cell: ({ transfer_config }) => reachedBy(transfer_config) },
  { title: "Location", cell: ({ location }) => <PlainText of={location ?? ""} /> },
  { title: "Last harvest", cell: ({ last_harvested_at }) => <Time at={last_harvested_at} /> },
  { title: "State", cell: ({ enabled }) => (enabled ? "on" : <span class="quiet">off</span>) },
];

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/instruments", { params: { query }, signal })));

const restore = (id: string) => dataOrThrow(api.POST("/api/instruments/{id}/restore", { params: { path: { id } } }));

/** The list of instruments, one of them, or the form for one: `new`, or `edit` below one. */
export function Instruments({ path: [id, action] }: { path: string[] }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Instruments"
        part="instruments"
        add="Add an instrument"
        empty="There are no instruments yet. Add one: a computer that shares a folder, or that delivers files itself."
        columns={columns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id === "new") {
    return (
      <ResourcePage part="instruments" all="All instruments" title="Add an instrument">
        <InstrumentForm />
      </ResourcePage>
    );
  }
  return <One key={id} id={id} isEdited={action === "edit"} />;
}

function One({ id, isEdited }: { id: string; isEdited: boolean }) {
  const path = { id };
  const instrument = useLoad(
    (signal) => dataOrThrow(api.GET("/api/instruments/{id}", { params: { path }, signal })),
    [id],
  );
  const remove = () => dataOrThrow(api.DELETE("/api/instruments/{id}", { params: { path } }));
  return (
    <Loaded of={instrument}>
      {(found) => (
        <ResourcePage part="instruments" all="All instruments" title={found.name} remove={remove}>
          {isEdited ? (
            <InstrumentForm instrument={found} onSaved={instrument.reload} />
          ) : (
            <InstrumentPage instrument={found} onHarvest={instrument.reload} />
          )}
        </ResourcePage>
      )}
    </Loaded>
  );
}

const reachedBy = (config: Instrument["transfer_config"]) =>
  typeof config?.["type"] === "string" ? config["type"] : "share";
