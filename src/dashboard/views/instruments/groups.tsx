import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import type { Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { GroupMembers } from "./group-members.tsx";
import { pageOf } from "../../components/lists.ts";
import { NamedForm } from "./named-form.tsx";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";

const columns: Column<Schemas["Group"]>[] = [
  { title: "Description", cell: ({ description }) => <PlainText of={description ?? ""} /> },
  { title: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
];

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/groups", { params: { query }, signal })));

const restore = (id: string) => dataOrThrow(api.POST("/api/groups/{id}/restore", { params: { path: { id } } }));

/** People who see the same files: the list, one of them, or the form for a new one. */
export function Groups({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Groups"
        part="groups"
        add="Add a group"
        empty="There are none yet. Files can be granted to a group of people at once."
        columns={columns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id !== "new") return <One key={id} id={id} />;
  return (
    <ResourcePage part="groups" all="All groups" title="Add a group">
      <NamedForm
        submit="Add the group"
        save={async (body) => {
          const made = await dataOrThrow(api.POST("/api/groups", { body }));
          goTo(linkTo("instruments", ["groups", made.id]));
        }}
      />
    </ResourcePage>
  );
}

function One({ id }: { id: string }) {
  const at = { params: { path: { id } } };
  const group = useLoad((signal) => dataOrThrow(api.GET("/api/groups/{id}", { ...at, signal })), [id]);
  return (
    <Loaded of={group}>
      {(found) => (
        <ResourcePage
          part="groups"
          all="All groups"
          title={found.name}
          remove={() => dataOrThrow(api.DELETE("/api/groups/{id}", at))}
        >
          <GroupMembers group={id} />
          <NamedForm
            value={found}
            submit="Save the group"
            save={async (body) => {
              await dataOrThrow(api.PATCH("/api/groups/{id}", { ...at, body }));
              notify("The group is saved");
              group.reload();
            }}
          />
        </ResourcePage>
      )}
    </Loaded>
  );
}
