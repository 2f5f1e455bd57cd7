import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import type { Column } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";
import { pageOf } from "../../components/lists.ts";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";
import { StorageForm } from "./storage-form.tsx";
import { StorageTest } from "./storage-test.tsx";
import { storageKinds } from "./storage-types.ts";

const columns: Column<Schemas["StorageLocation"]>[] = [
  { title: "Kind", cell: ({ type }) => storageKinds[type].title },
  { title: "Folder", cell: ({ base_path }) => <PlainText of={base_path} /> },
  { title: "State", cell: ({ enabled }) => (enabled ? "on" : <span class="quiet">off</span>) },
];

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/storage-locations", { params: { query }, signal })));

const restore = (id: string) =>
  dataOrThrow(api.POST("/api/storage-locations/{id}/restore", { params: { path: { id } } }));

/** Where harvested files are kept: the list, one of them, or the form for a new one. */
export function StorageLocations({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Storage locations"
        part="storage"
        add="Add a storage location"
        empty="There are none yet. Add one, so that schedules can say where files go."
        columns={columns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id !== "new") return <One key={id} id={id} />;
  return (
    <ResourcePage part="storage" all="All storage locations" title="Add a storage location">
      <StorageForm />
    </ResourcePage>
  );
}

function One({ id }: { id: string }) {
  const path = { id };
  const location = useLoad(
    (signal) => dataOrThrow(api.GET("/api/storage-locations/{id}", { params: { path }, signal })),
    [id],
  );
  const remove = () => dataOrThrow(api.DELETE("/api/storage-locations/{id}", { params: { path } }));
  return (
    <Loaded of={location}>
      {(found) => (
        <ResourcePage part="storage" all="All storage locations" title={found.name} remove={remove}>
          <StorageTest id={id} />
          <StorageForm key={found.updated_at} location={found} onSaved={location.reload} />
        </ResourcePage>
      )}
    </Loaded>
  );
}
