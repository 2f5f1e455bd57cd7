import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import type { Column } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { ProjectMembers } from "./project-members.tsx";
import { pageOf } from "../../components/lists.ts";
import { NamedForm } from "./named-form.tsx";
import { type ListQuery, ResourceList } from "./resource-list.tsx";
import { ResourcePage } from "./resource-page.tsx";

const columns: Column<Schemas["Project"]>[] = [
  { title: "Description", cell: ({ description }) => <PlainText of={description ?? ""} /> },
  { title: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
];

const read = async (query: ListQuery, signal: AbortSignal) =>
  pageOf(await dataOrThrow(api.GET("/api/projects", { params: { query }, signal })));

const restore = (id: string) => dataOrThrow(api.POST("/api/projects/{id}/restore", { params: { path: { id } } }));

/** People and groups who work on the same thing: the list, one of them, or the form for a new one. */
export function Projects({ id }: { id: string | undefined }) {
  if (id === undefined) {
    return (
      <ResourceList
        title="Projects"
        part="projects"
        add="Add a project"
        empty="There are none yet. Files can be granted to a project, which has people and groups."
        columns={columns}
        read={read}
        restore={restore}
      />
    );
  }
  if (id !== "new") return <One key={id} id={id} />;
  return (
    <ResourcePage part="projects" all="All projects" title="Add a project">
      <NamedForm
        submit="Add the project"
        save={async (body) => {
          const made = await dataOrThrow(api.POST("/api/projects", { body }));
          goTo(linkTo("instruments", ["projects", made.id]));
        }}
      />
    </ResourcePage>
  );
}

function One({ id }: { id: string }) {
  const at = { params: { path: { id } } };
  const project = useLoad((signal) => dataOrThrow(api.GET("/api/projects/{id}", { ...at, signal })), [id]);
  return (
    <Loaded of={project}>
      {(found) => (
        <ResourcePage
          part="projects"
          all="All projects"
          title={found.name}
          remove={() => dataOrThrow(api.DELETE("/api/projects/{id}", at))}
        >
          <ProjectMembers project={id} />
          <NamedForm
            value={found}
            submit="Save the project"
            save={async (body) => {
              await dataOrThrow(api.PATCH("/api/projects/{id}", { ...at, body }));
              notify("The project is saved");
              project.reload();
            }}
          />
        </ResourcePage>
      )}
    </Loaded>
  );
}
