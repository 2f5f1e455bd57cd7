import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { useAction } from "../../components/use-action.ts";
import { checkSource } from "./check-button.tsx";
import { readSource, schemaOf, type SourceType, storeSecrets } from "./source-config.ts";
import { SourceFields } from "./source-fields.tsx";
import { freeName } from "./source-name.ts";

interface NewSourceProps {
  type: SourceType;
  /** Names that sources have. */
  taken: string[];
}

/** The server checks only what it has stored, so the source is stored switched off until it has answered. */
interface Draft {
  name: string;
  /** Why it does not answer. */
  refusal: string;
}

/** Settings of a new source, which is switched on once it answers. */
export function NewSource({ type, taken }: NewSourceProps) {
  const [draft, setDraft] = useState<Draft | null>(null);
  const [suggestion] = useState(() => freeName(type.type, taken));
  const save = useAction(async (fields: FormData) => {
    const name = draft?.name ?? (textOf(fields, "source:name") ?? "").toLowerCase();
    const source = readSource(schemaOf(type), fields);
    await storeSecrets(fields, source.config);
    if (draft) await patch(name, source);
    else await dataOrThrow(api.POST("/api/sources", { body: { name, type: type.type, enabled: false, ...source } }));
    const { success, message } = await checkSource(name);
    if (!success) return setDraft({ name, refusal: message });
    await switchOn(name);
  });
  const keep = useAction(() => switchOn(draft?.name ?? ""));
  const discard = useAction(async () => {
    await dataOrThrow(
      api.DELETE("/api/sources/{source_name}", { params: { path: { source_name: draft?.name ?? "" } } }),
    );
    goTo(linkTo("warehouse", ["sources"]));
  });
  return (
    <>
      <p>
        <a href={linkTo("warehouse", ["add"])}>Other kinds</a>
      </p>
      <h2>Add a source: {type.title}</h2>
      <p class="quiet">{type.description}.</p>
      <div class="card stack">
        <Form action={save} submit={save.isBusy ? "Checking …" : "Check and save"}>
          <Field
            label="Name"
            hint="Its tables will be called after it: small letters, digits and single underscores."
            error={save.fieldErrors["name"]}
          >
            <input
              name="source:name"
              required
              maxLength={50}
              pattern="\w+"
              readOnly={draft !== null}
              defaultValue={suggestion}
            />
          </Field>
          <SourceFields type={type} errors={save.fieldErrors} />
        </Form>
        {draft && !save.isBusy && (
          <div role="alert" class="card problem">
            <p>
              It does not answer: <PlainText of={draft.refusal} most={500} />
            </p>
            <p>It is saved but switched off. Change its settings above and check again, or:</p>
            <div class="row">
              <button type="button" disabled={keep.isBusy} onClick={() => void keep.run()}>
                Switch it on all the same
              </button>
              <button type="button" class="danger" disabled={discard.isBusy} onClick={() => void discard.run()}>
                Discard it
              </button>
              <span class="bad">{keep.error ?? discard.error}</span>
            </div>
          </div>
        )}
      </div>
    </>
  );
}

const patch = (source_name: string, body: Partial<ReturnType<typeof readSource>> & { enabled?: boolean }) =>
  dataOrThrow(api.PATCH("/api/sources/{source_name}", { params: { path: { source_name } }, body }));

async function switchOn(name: string): Promise<void> {
  await patch(name, { enabled: true });
  notify(`Source ${name} added`);
  goTo(linkTo("warehouse", ["sources", name]));
}
