import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Fieldset } from "../../components/fieldset.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { refuseField } from "../../components/refuse-field.ts";
import { SecretOnce } from "../../components/secret-once.tsx";
import { useAction } from "../../components/use-action.ts";

type Scope = Schemas["NewApiToken"]["scope"][number];

/** What a token may be made for, in words. */
const SCOPES: { scope: Scope; title: string }[] = [
  { scope: "market-data:read", title: "Read market data" },
  { scope: "market-data", title: "Read and change market data" },
  { scope: "inventory:read", title: "Read the inventory" },
  { scope: "inventory", title: "Read and change the inventory" },
  { scope: "warehouse:read", title: "Read the warehouse" },
  { scope: "warehouse", title: "Read and change the warehouse" },
  { scope: "metrics", title: "Read metrics, for monitoring" },
];

interface NewTokenProps {
  onClose: () => void;
  onMade: () => void;
}

/** Makes a token and shows it once; it is gone with the dialog. */
export function NewToken({ onClose, onMade }: NewTokenProps) {
  const [token, setToken] = useState<string | null>(null);
  const make = useAction(async (fields: FormData) => {
    const chosen = new Set(fields.getAll("scope"));
    const body = {
      name: textOf(fields, "name") ?? "",
      scope: SCOPES.map(({ scope }) => scope).filter((scope) => chosen.has(scope)),
      days: Number(fields.get("days")),
    };
    if (body.scope.length === 0) throw refuseField("scope", "Choose at least one thing that it may do");
    const made = await dataOrThrow(api.POST("/admin/tokens", { body }));
    setToken(made.token);
    onMade();
  });
  return (
    <Dialog title="Make a token" onClose={onClose}>
      {token === null ? (
        <Form action={make} submit="Make token">
          <Field label="Name" hint="Which program it is for." error={make.fieldErrors["name"]}>
            <input name="name" required maxLength={100} autocomplete="off" />
          </Field>
          <Fieldset legend="What it may do" error={make.fieldErrors["scope"]}>
            {SCOPES.map(({ scope, title }) => (
              <label key={scope} class="choice">
                <input type="checkbox" name="scope" value={scope} /> {title}
              </label>
            ))}
          </Fieldset>
          <Field label="Days until it ends" error={make.fieldErrors["days"]}>
            <input name="days" type="number" min={1} max={3650} defaultValue="365" required />
          </Field>
        </Form>
      ) : (
        <SecretOnce label="The token" secret={token} onClose={onClose} />
      )}
    </Dialog>
  );
}
