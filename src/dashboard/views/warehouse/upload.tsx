import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { FileDrop } from "../../components/file-drop.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { SendList } from "./send-list.tsx";
import { freeName } from "./source-name.ts";
import { useSending } from "./use-sending.ts";

const NEW = "";

/** CSV files become a table: chosen or dropped, sent with progress, loaded, and shown. */
export function Upload() {
  const sources = useLoad((signal) => dataOrThrow(api.GET("/api/sources", { signal })), []);
  return (
    <>
      <h2>Upload CSV files</h2>
      <p class="quiet">
        Files of one table: their first row names the columns, and files may be gzipped. More files of the same columns
        add rows to it.
      </p>
      <Loaded of={sources}>{(known) => <UploadForm sources={known} />}</Loaded>
    </>
  );
}

function UploadForm({ sources }: { sources: Schemas["WarehouseSource"][] }) {
  const uploads = sources.filter(({ type, enabled }) => type === "csv" && enabled);
  const taken = sources.map(({ name }) => name);
  const wanted = route.value.query.get("source") ?? NEW;
  const [files, setFiles] = useState<File[]>([]);
  const [target, setTarget] = useState(uploads.some(({ name }) => name === wanted) ? wanted : NEW);
  const sending = useSending();
  const send = useAction(async (fields: FormData) => {
    const name = target === NEW ? (textOf(fields, "name") ?? "") : target;
    await sending.send({ source: name, isNew: target === NEW && !sending.made.includes(name), files });
  });
  const first = files[0];
  return (
    <div class="card stack">
      <FileDrop
        label="Drop CSV files here, or choose them"
        accept=".csv,.tsv,.txt,.gz"
        multiple
        onFiles={(chosen) => setFiles(chosen)}
      />
      {first && (
        <Form
          action={send}
          submit={send.isBusy ? "Working …" : `Upload ${files.length === 1 ? "the file" : `${files.length} files`}`}
        >
          <Field label="Into">
            <select value={target} onChange={(event) => setTarget(event.currentTarget.value)}>
              <option value={NEW}>A new table</option>
              {uploads.map(({ name }) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </Field>
          {target === NEW && (
            <Field
              label="Name of the table"
              hint="Small letters, digits and single underscores."
              error={send.fieldErrors["name"]}
            >
              <input
                key={first.name}
                name="name"
                required
                maxLength={50}
                pattern="[a-z0-9]+(_[a-z0-9]+)*"
                defaultValue={freeName(first.name, taken)}
              />
            </Field>
          )}
        </Form>
      )}
      <SendList files={files} sending={sending} />
    </div>
  );
}
