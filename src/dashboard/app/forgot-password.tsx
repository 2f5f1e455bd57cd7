import { useState } from "preact/hooks";
import { dataOrThrow } from "../../client/client.ts";
import { Field, Form, textOf } from "../components/form.tsx";
import { useAction } from "../components/use-action.ts";
import { api } from "./api.ts";
import { Door } from "./door.tsx";
import { linkTo } from "./route.ts";

/** Asks for a link to choose a new password; whether the address is known is not said. */
export function ForgotPassword() {
  const [isSent, setSent] = useState(false);
  const ask = useAction(async (fields: FormData) => {
    await dataOrThrow(api.POST("/auth/forgot-password", { body: { email: textOf(fields, "email") ?? "" } }));
    setSent(true);
  });
  return (
    <Door title="Forgot the password?">
      {isSent ? (
        <p role="status">If the address is known here, a link to choose a new password is on its way to it.</p>
      ) : (
        <Form action={ask} submit="Send me a link">
          <Field label="E-mail address" error={ask.fieldErrors["email"]}>
            <input name="email" type="email" autocomplete="username" required />
          </Field>
        </Form>
      )}
      <p>
        <a href={linkTo("")}>Back to the sign-in</a>
      </p>
    </Door>
  );
}
