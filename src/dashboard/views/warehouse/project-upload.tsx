import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { FileDrop } from "../../components/file-drop.tsx";
import { Field, Form } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";

/** Takes a project as a zip archive. */
export function ProjectUpload({ onChange }: { onChange: () => void }) {
  const [archive, setArchive] = useState<File | null>(null);
  const upload = useAction(async (fields: FormData) => {
    if (!archive) return;
    const { files, ignored } = await dataOrThrow(
      api.POST("/api/dbt/project", {
        params: { query: { mode: fields.get("mode") === "replace" ? "replace" : "merge" } },
        body: archive,
        bodySerializer: (body) => body,
        headers: { "Content-Type": "application/zip" },
      }),
    );
    notify(`${files.length} files stored, ${ignored.length} left out`);
    setArchive(null);
    onChange();
  });
  return (
    <section class="card stack">
      <h3>Upload a project</h3>
      <FileDrop
        label="Drop a zip archive here, or choose it"
        accept=".zip"
        onFiles={([file]) => setArchive(file ?? null)}
      />
      {archive && (
        <Form action={upload} submit={upload.isBusy ? "Uploading …" : `Upload ${archive.name}`}>
          <Field label="Files that are here">
            <select name="mode">
              <option value="merge">stay, unless the archive has them</option>
              <option value="replace">go, but for those that syncs write</option>
            </select>
          </Field>
        </Form>
      )}
    </section>
  );
}
