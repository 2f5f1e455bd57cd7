import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { hookColumns } from "./hook-columns.tsx";
import { HookDryRun } from "./hook-dry-run.tsx";
import { HookForm } from "./hook-form.tsx";
import { pageOf } from "../../components/lists.ts";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/hooks", { params: { query }, signal })));

const restore = (id: string) => dataOrThrow(api.POST("/api/hooks/{id}/restore", { params: { path: { id } } }));

/** What happens to files before and after they are transferred: the list, one of them, or the form for a new one. */
export function Hooks({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Hooks"
        part="hooks"
        add="Add a hook"
        empty="There are none yet. A hook can skip files, read metadata from their names, or grant them."
        columns={hookColumns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id !== "new") return <One key={id} id={id} />;
  return (
    <ResourcePage part="hooks" all="All hooks" title="Add a hook">
      <HookForm />
    </ResourcePage>
  );
}

function One({ id }: { id: string }) {
  const path = { id };
  /** Each save is read anew into a form of its own, so that no secret stays in its fields. */
  const [saves, setSaves] = useState(0);
  const hook = useLoad((signal) => dataOrThrow(api.GET("/api/hooks/{id}", { params: { path }, signal })), [id, saves]);
  const remove = () => dataOrThrow(api.DELETE("/api/hooks/{id}", { params: { path } }));
  return (
    <Loaded of={hook}>
      {(found) => (
        <ResourcePage part="hooks" all="All hooks" title={found.name} remove={remove}>
          <HookForm hook={found} onSaved={() => setSaves(saves + 1)} />
          <HookDryRun hook={found} />
        </ResourcePage>
      )}
    </Loaded>
  );
}
