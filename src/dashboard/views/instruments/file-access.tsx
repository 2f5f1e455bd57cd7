import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";
import { nameOf, useChoices } from "./choices.ts";

type GranteeType = Schemas["FileGrant"]["grantee_type"];

const TYPES: Record<GranteeType, string> = { user: "Person", group: "Group", project: "Project" };
const isType = (text: string): text is GranteeType => text in TYPES;

/** Who was granted this file alone. */
export function FileAccess({ file }: { file: string }) {
  const path = { id: file };
  const [type, setType] = useState<GranteeType>("user");
  const names = { user: useChoices("user"), group: useChoices("group"), project: useChoices("project") };
  const grants = useLoad(
    (signal) => dataOrThrow(api.GET("/api/files/{id}/access", { params: { path }, signal })),
    [file],
  );
  const grant = useAction(async (fields: FormData) => {
    const body = { grantee_type: type, grantee_id: textOf(fields, "grantee") ?? "" };
    await dataOrThrow(api.POST("/api/files/{id}/access", { params: { path }, body }));
    notify("The file is granted");
    grants.reload();
  });
  const revoke = async (grant_id: string) => {
    await dataOrThrow(api.DELETE("/api/files/{id}/access/{grant_id}", { params: { path: { ...path, grant_id } } }));
    notify("Taken back");
    grants.reload();
  };
  return (
    <section class="card stack">
      <h3>Who sees it</h3>
      <p class="quiet">Besides admins, and those who see all files of the instrument.</p>
      <Loaded of={grants}>
        {(found) => (
          <Table
            label="Who sees it"
            columns={[
              { title: "Kind", cell: ({ grantee_type }) => TYPES[grantee_type] },
              {
                title: "Name",
                cell: ({ grantee_type, grantee_id }) => <PlainText of={nameOf(names[grantee_type].data, grantee_id)} />,
              },
              { title: "Since", cell: ({ granted_at }) => <Time at={granted_at} /> },
              {
                title: "Take back",
                cell: ({ id }) => (
                  <ConfirmButton
                    label="Take back"
                    question="They see the file only if there is another reason."
                    onConfirm={() => revoke(id)}
                  />
                ),
              },
            ]}
            rows={found}
            keyOf={({ id }) => id}
            empty="Nobody was granted this file."
          />
        )}
      </Loaded>
      <Form action={grant} submit="Grant the file">
        <Field label="Kind">
          <select
            value={type}
            onChange={({ currentTarget: { value } }) => {
              if (isType(value)) setType(value);
            }}
          >
            {Object.entries(TYPES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <ChoiceField
          key={type}
          label={TYPES[type]}
          name="grantee"
          kind={type}
          error={grant.fieldErrors["grantee_id"]}
        />
      </Form>
    </section>
  );
}
