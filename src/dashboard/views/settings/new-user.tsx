import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";
import { readRights, RightsFields } from "./rights-fields.tsx";

interface NewUserProps {
  onClose: () => void;
  onAdded: () => void;
}

/** Invites somebody by mail, or makes an account with a first password. */
export function NewUser({ onClose, onAdded }: NewUserProps) {
  const [isInvited, setInvited] = useState(true);
  const add = useAction(async (fields: FormData) => {
    const email = textOf(fields, "email") ?? "";
    const password = isInvited ? {} : { password: String(fields.get("password")) };
    await dataOrThrow(api.POST("/admin/users", { body: { email, ...password, ...readRights(fields) } }));
    notify(isInvited ? `A link to choose a password is on its way to ${email}` : `${email} may sign in`);
    onAdded();
    onClose();
  });
  return (
    <Dialog title="Add a user" onClose={onClose}>
      <Form action={add} submit={isInvited ? "Send invitation" : "Add user"}>
        <Field label="E-mail address" error={add.fieldErrors["email"]}>
          <input name="email" type="email" autocomplete="off" required maxLength={254} />
        </Field>
        <Field label="First password">
          <select
            value={isInvited ? "mail" : "here"}
            onChange={(event) => setInvited(event.currentTarget.value === "mail")}
          >
            <option value="mail">They choose it by a link that is mailed to them</option>
            <option value="here">I set it here</option>
          </select>
        </Field>
        {!isInvited && (
          <Field label="Password" hint="At least 8 characters." error={add.fieldErrors["password"]}>
            <input name="password" type="password" autocomplete="new-password" minLength={8} maxLength={256} required />
          </Field>
        )}
        <RightsFields role="user" grants={{}} errors={add.fieldErrors} />
      </Form>
    </Dialog>
  );
}
