import { ApiError } from "../../../client/api-error.ts";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field, Form } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ProjectCheck, readCheck } from "./project-check.tsx";

const PATH = "/api/dbt/project/{path}";

/** The text of a file, to change; one that there is not is made by saving it. */
export function ProjectFile({ path }: { path: string }) {
  const file = useLoad((signal) => readFile(path, signal), [path]);
  const check = useLoad(readCheck, []);
  const save = useAction(async (fields: FormData) => {
    await dataOrThrow(
      api.PUT(PATH, {
        params: { path: { path } },
        body: String(fields.get("text") ?? ""),
        bodySerializer: (body: string) => body,
        headers: { "Content-Type": "text/plain" },
      }),
    );
    notify(`${path} saved`);
    file.reload();
    check.reload();
  });
  const remove = async () => {
    await dataOrThrow(api.DELETE(PATH, { params: { path: { path } } }));
    notify(`${path} deleted`);
    goTo(linkTo("warehouse", ["models", "files"]));
  };
  return (
    <>
      <p>
        <a href={linkTo("warehouse", ["models", "files"])}>All files</a>
      </p>
      <h3>
        <PlainText of={path} />
      </h3>
      <Loaded of={file}>
        {({ text, isNew }) => (
          <div class="card stack">
            {isNew && <p class="quiet">There is no such file yet. It is made when you save it.</p>}
            <Form action={save} submit="Save">
              <Field label="Text">
                <textarea class="code" name="text" rows={18} spellcheck={false} defaultValue={text} />
              </Field>
            </Form>
            {!isNew && (
              <div>
                <ConfirmButton
                  label="Delete this file"
                  question={`${path} will be gone for good. Tables that it has made stay.`}
                  onConfirm={remove}
                />
              </div>
            )}
          </div>
        )}
      </Loaded>
      <Loaded of={check}>{(found) => <ProjectCheck check={found} />}</Loaded>
    </>
  );
}

async function readFile(path: string, signal: AbortSignal): Promise<{ text: string; isNew: boolean }> {
  const params = { path: { path } };
  try {
    const text = await dataOrThrow(api.GET(PATH, { params, parseAs: "text", signal }));
    return { text, isNew: false };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { text: "", isNew: true };
    throw error;
  }
}
