import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { person } from "../../app/session.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Fieldset } from "../../components/fieldset.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { refuseField } from "../../components/refuse-field.ts";
import { SecretOnce } from "../../components/secret-once.tsx";
import { useAction } from "../../components/use-action.ts";
import { EVENTS } from "./webhook-words.ts";

interface NewWebhookProps {
  onClose: () => void;
  onMade: () => void;
}

/** Makes a webhook and shows its secret once. */
export function NewWebhook({ onClose, onMade }: NewWebhookProps) {
  const [secret, setSecret] = useState<string | null>(null);
  const make = useAction(async (fields: FormData) => {
    const chosen = new Set(fields.getAll("event_types"));
    const event_types = EVENTS.map(({ type }) => type).filter((type) => chosen.has(type));
    if (event_types.length === 0) throw refuseField("event_types", "Choose at least one thing to be told");
    const body = { url: textOf(fields, "url") ?? "", event_types, enabled: true };
    const made = await dataOrThrow(api.POST("/webhooks", { body }));
    setSecret(made.secret);
    onMade();
  });
  const isAdmin = person.value?.role === "admin";
  return (
    <Dialog title="Add a webhook" onClose={onClose}>
      {secret === null ? (
        <Form action={make} submit="Add webhook">
          <Field label="URL" hint="Takes a signed POST." error={make.fieldErrors["url"]}>
            <input name="url" type="url" required maxLength={2048} autocomplete="off" />
          </Field>
          <Fieldset legend="What it is told" error={make.fieldErrors["event_types"]}>
            {EVENTS.filter(({ isForAdmins }) => isAdmin || !isForAdmins).map(({ type, title }) => (
              <label key={type} class="choice">
                <input type="checkbox" name="event_types" value={type} defaultChecked={type !== "job.completed"} />{" "}
                {title}
              </label>
            ))}
          </Fieldset>
        </Form>
      ) : (
        <SecretOnce label="The secret that signs" secret={secret} onClose={onClose} />
      )}
    </Dialog>
  );
}
