import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import type { Bank } from "./collection.ts";

interface LoginFormProps {
  banks: Bank[];
  onStored: () => void;
}

/** Takes a login; what is typed leaves the page with the form. */
export function LoginForm({ banks, onStored }: LoginFormProps) {
  const store = useAction(async (fields: FormData) => {
    // Not trimmed: a password may begin or end with a space.
    const given = (name: string) => String(fields.get(name) ?? "");
    const body = {
      bank: given("bank"),
      username: given("username"),
      account_number: given("account_number"),
      password: given("password"),
    };
    await dataOrThrow(api.POST("/netbank/credentials", { body }));
    notify("The login is stored");
    onStored();
  });
  const usual =
    banks.find(({ is_default, available }) => is_default && available) ?? banks.find((bank) => bank.available);
  const errors = store.fieldErrors;
  return (
    <Form action={store} submit="Store the login">
      <Field label="Bank" error={errors["bank"]}>
        <select name="bank" required>
          {banks.map(({ id, name, available }) => (
            <option key={id} value={id} disabled={!available} selected={id === usual?.id}>
              {available ? name : `${name} (not available here: it needs a browser)`}
            </option>
          ))}
        </select>
      </Field>
      <Field label="User name" error={errors["username"]}>
        <input name="username" required maxLength={128} autocomplete="off" spellcheck={false} />
      </Field>
      <Field label="Account number" error={errors["account_number"]}>
        <input name="account_number" required maxLength={64} autocomplete="off" spellcheck={false} />
      </Field>
      <Field
        label="Password at the bank"
        hint="Kept encrypted, used to sign in at the bank, and never shown again."
        error={errors["password"]}
      >
        <input name="password" type="password" required maxLength={256} autocomplete="new-password" />
      </Field>
    </Form>
  );
}
