import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { formatBytes } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { isModelFrame } from "./model-state.ts";
import { ProjectCheck, readCheck } from "./project-check.tsx";
import { ProjectUpload } from "./project-upload.tsx";

const columns: Column<Schemas["DbtFile"]>[] = [
  {
    title: "File",
    cell: ({ path }) => (
      <a href={linkTo("warehouse", ["models", "files", path])}>
        <PlainText of={path} />
      </a>
    ),
  },
  { title: "Written by", cell: ({ generated }) => (generated ? "Catchment" : "people") },
  { title: "Size", isNumber: true, cell: ({ size }) => formatBytes(size) },
  { title: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
];

/** The files of the dbt project, with what is wrong in them. */
export function ProjectFiles() {
  const files = useLoad((signal) => dataOrThrow(api.GET("/api/dbt/project", { signal })), [], {
    refreshOn: isModelFrame,
  });
  const check = useLoad(readCheck, []);
  const reload = () => {
    files.reload();
    check.reload();
  };
  const add = useAction(async (fields: FormData) => {
    goTo(linkTo("warehouse", ["models", "files", textOf(fields, "path") ?? ""]));
  });
  return (
    <>
      <Loaded of={check}>{(found) => <ProjectCheck check={found} />}</Loaded>
      <Loaded of={files}>
        {({ files: rows }) => (
          <Table
            label="Files of the project"
            columns={columns}
            rows={rows}
            keyOf={({ path }) => path}
            empty="The project has no files. Write one, or upload a project as a zip archive."
          />
        )}
      </Loaded>
      <div class="columns">
        <section class="card">
          <h3>Write a new file</h3>
          <Form action={add} submit="Write">
            <Field label="Path" hint="Models are below models/ and end in .sql.">
              <input name="path" required placeholder="models/marts/my_model.sql" />
            </Field>
          </Form>
        </section>
        <ProjectUpload onChange={reload} />
      </div>
    </>
  );
}
