import { useState } from "preact/hooks";
import { dataOrThrow } from "../../client/client.ts";
import { Field, Form } from "../components/form.tsx";
import { useAction } from "../components/use-action.ts";
import { api } from "./api.ts";
import { Door } from "./door.tsx";
import { takeMailedToken } from "./mailed-token.ts";
import { linkTo } from "./route.ts";
import { person } from "./session.ts";

/** Where the mailed links of invitations and forgotten passwords lead. */
export function ChoosePassword() {
  const [token] = useState(takeMailedToken);
  const [isDone, setDone] = useState(false);
  const choose = useAction(async (fields: FormData) => {
    const body = { token, password: String(fields.get("password")) };
    await dataOrThrow(api.POST("/auth/reset-password", { body }));
    // It has ended every session.
    person.value = null;
    setDone(true);
  });
  return (
    <Door title="Choose a password">
      {isDone ? (
        <p role="status">
          Your password is set. <a href={linkTo("")}>Sign in</a>
        </p>
      ) : (
        <Form action={choose} submit="Set password">
          <Field label="New password" hint="At least 8 characters." error={choose.fieldErrors["password"]}>
            <input name="password" type="password" autocomplete="new-password" minLength={8} maxLength={256} required />
          </Field>
        </Form>
      )}
    </Door>
  );
}
