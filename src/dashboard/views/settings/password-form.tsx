import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { refuseField } from "../../components/refuse-field.ts";
import { useAction } from "../../components/use-action.ts";

/** Changes the own password; this session goes on, all others end. */
export function PasswordForm() {
  /** A form of its own after each change, so that nothing stays in its fields. */
  const [changes, setChanges] = useState(0);
  const change = useAction(async (fields: FormData) => {
    const [current_password, new_password, repeated] = ["current", "new", "repeated"].map((name) =>
      String(fields.get(name)),
    );
    if (new_password !== repeated) throw refuseField("repeated", "The two new passwords differ");
    await dataOrThrow(
      api.POST("/auth/change-password", {
        body: { current_password: current_password ?? "", new_password: new_password ?? "" },
      }),
    );
    setChanges((count) => count + 1);
    notify("Your password is changed; you are signed out everywhere else");
  });
  return (
    <section class="card" aria-labelledby="change-password">
      <h2 id="change-password">Change your password</h2>
      <Form key={changes} action={change} submit="Change password">
        <Field label="Current password" error={change.fieldErrors["current_password"]}>
          <input name="current" type="password" autocomplete="current-password" required />
        </Field>
        <Field label="New password" hint="At least 8 characters." error={change.fieldErrors["new_password"]}>
          <input name="new" type="password" autocomplete="new-password" minLength={8} maxLength={256} required />
        </Field>
        <Field label="New password, again" error={change.fieldErrors["repeated"]}>
          <input name="repeated" type="password" autocomplete="new-password" required />
        </Field>
      </Form>
    </section>
  );
}
