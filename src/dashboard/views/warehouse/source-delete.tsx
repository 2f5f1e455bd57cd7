import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field } from "../../components/form.tsx";
import { notify } from "../../components/notices.tsx";

/** Takes a source away, with or without what it has loaded. */
export function SourceDelete({ name }: { name: string }) {
  const [dropsTables, setDropsTables] = useState(false);
  const remove = async () => {
    const query = { drop_tables: dropsTables ? ("true" as const) : ("false" as const) };
    const params = { path: { source_name: name }, query };
    await dataOrThrow(api.DELETE("/api/sources/{source_name}", { params }));
    notify(`Source ${name} deleted`);
    goTo(linkTo("warehouse", ["sources"]));
  };
  return (
    <section class="card stack">
      <h3>Delete</h3>
      <Field label="Delete its tables and files, too" hint="Without it they stay and can be queried.">
        <input
          type="checkbox"
          checked={dropsTables}
          onChange={(event) => setDropsTables(event.currentTarget.checked)}
        />
      </Field>
      <div>
        <ConfirmButton
          label="Delete this source"
          question={
            dropsTables
              ? `${name}, its schedule, its tables and its files will be gone for good.`
              : `${name} and its schedule will be gone for good. Its tables stay.`
          }
          onConfirm={remove}
        />
      </div>
    </section>
  );
}
