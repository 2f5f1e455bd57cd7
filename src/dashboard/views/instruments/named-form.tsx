import { Field, Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";

interface Named {
  name: string;
  description: string | null;
}

interface NamedFormProps {
  /** Absent for a new one. */
  value?: Named;
  submit: string;
  save: (named: Named) => Promise<unknown>;
}

/** Name and description, which is all that groups and projects have. */
export function NamedForm({ value, submit, save }: NamedFormProps) {
  const action = useAction((fields: FormData) =>
    save({ name: textOf(fields, "name") ?? "", description: textOf(fields, "description") ?? null }),
  );
  return (
    <div class="card form">
      <Form action={action} submit={submit}>
        <Field label="Name" hint="No two have the same." error={action.fieldErrors["name"]}>
          <input name="name" required maxLength={255} defaultValue={value?.name ?? ""} />
        </Field>
        <Field label="Description (optional)" error={action.fieldErrors["description"]}>
          <textarea name="description" rows={2} maxLength={10_000} defaultValue={value?.description ?? ""} />
        </Field>
      </Form>
    </div>
  );
}
