import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { readPerson } from "../../app/session.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";
import { useAction } from "../../components/use-action.ts";

/** Changes the own address, by which one signs in. */
export function EmailForm({ email, onChanged }: { email: string; onChanged: () => void }) {
  const change = useAction(async (fields: FormData) => {
    const body = { email: textOf(fields, "email") ?? "" };
    const user = await dataOrThrow(api.PATCH("/users/me", { body }));
    await readPerson();
    notify(`You sign in as ${user.email} from now on`);
    onChanged();
  });
  return (
    <section class="card" aria-labelledby="change-email">
      <h2 id="change-email">Change your e-mail address</h2>
      <Form action={change} submit="Change address">
        <Field label="New e-mail address" hint="The old address gets a note." error={change.fieldErrors["email"]}>
          <input name="email" type="email" autocomplete="email" required defaultValue={email} />
        </Field>
      </Form>
    </section>
  );
}
