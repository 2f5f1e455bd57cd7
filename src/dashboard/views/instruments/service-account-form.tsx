import type { Schemas } from "../../../client/client.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";

interface ServiceAccountFormProps {
  /** Absent for a new one. */
  account?: Schemas["ServiceAccount"];
  save: (input: Schemas["ServiceAccountInput"]) => Promise<unknown>;
}

/** The route keeps the password that is stored when it gets this. */
const KEPT = "****";

/** Creates or changes a service account; its password is never shown, and stays where none is given. */
export function ServiceAccountForm({ account, save }: ServiceAccountFormProps) {
  const action = useAction(async (fields: FormData) => {
    const password = String(fields.get("password") ?? "");
    await save({
      name: textOf(fields, "name") ?? "",
      domain: textOf(fields, "domain") ?? null,
      username: textOf(fields, "username") ?? "",
      password: account && password === "" ? KEPT : password,
    });
  });
  const errors = action.fieldErrors;
  return (
    <div class="card form">
      <Form action={action} submit={account ? "Save the service account" : "Add the service account"}>
        <Field label="Name" error={errors["name"]}>
          <input name="name" required maxLength={255} defaultValue={account?.name ?? ""} />
        </Field>
        <Field label="Windows domain (optional)" error={errors["domain"]}>
          <input name="domain" maxLength={255} spellcheck={false} defaultValue={account?.domain ?? ""} />
        </Field>
        <Field label="User name" error={errors["username"]}>
          <input name="username" required maxLength={255} autocomplete="off" defaultValue={account?.username ?? ""} />
        </Field>
        <Field
          label="Password"
          hint={account ? "Empty keeps the one that is stored." : "Kept encrypted, and never shown again."}
          error={errors["password"]}
        >
          <input name="password" type="password" required={!account} maxLength={1024} autocomplete="new-password" />
        </Field>
      </Form>
    </div>
  );
}
