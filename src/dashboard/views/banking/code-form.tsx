import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";

/** Hands the code that the bank sent to a person's phone on to the run that waits for it. */
export function CodeForm() {
  const [isSent, setSent] = useState(false);
  const send = useAction(async (fields: FormData) => {
    await dataOrThrow(api.POST("/netbank/otp", { body: { code: textOf(fields, "code") ?? "" } }));
    setSent(true);
  });
  if (isSent) {
    return (
      <p role="status">
        The code is handed over.{" "}
        <button type="button" onClick={() => setSent(false)}>
          Enter another one
        </button>
      </p>
    );
  }
  return (
    <Form action={send} submit="Hand the code over">
      <Field
        label="One-time code"
        hint="The bank has just sent it to your phone, and waits for half a minute."
        error={send.fieldErrors["code"]}
      >
        <input
          name="code"
          required
          inputMode="numeric"
          pattern="[0-9]{4,10}"
          title="4 to 10 digits"
          autocomplete="one-time-code"
        />
      </Field>
    </Form>
  );
}
