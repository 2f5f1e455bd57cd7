import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";
import { nameOf, useChoices } from "./choices.ts";

type MemberType = Schemas["ProjectMember"]["member_type"];

/** The people and groups of a project. */
export function ProjectMembers({ project }: { project: string }) {
  const path = { id: project };
  const [type, setType] = useState<MemberType>("user");
  const groups = useChoices("group");
  const members = useLoad(
    (signal) => dataOrThrow(api.GET("/api/projects/{id}/members", { params: { path }, signal })),
    [project],
  );
  const add = useAction(async (fields: FormData) => {
    const body = { member_type: type, member_id: textOf(fields, "member") ?? "" };
    await dataOrThrow(api.POST("/api/projects/{id}/members", { params: { path }, body }));
    members.reload();
  });
  const remove = async (member_id: string) => {
    const params = { path: { ...path, member_id } };
    await dataOrThrow(api.DELETE("/api/projects/{id}/members/{member_id}", { params }));
    members.reload();
  };
  return (
    <section class="card stack">
      <h3>Members</h3>
      <Loaded of={members}>
        {(found) => (
          <Table
            label="Members"
            columns={[
              { title: "Kind", cell: ({ member_type }) => (member_type === "user" ? "Person" : "Group") },
              {
                title: "Name",
                cell: ({ email, member_id }) => <PlainText of={email ?? nameOf(groups.data, member_id)} />,
              },
              {
                title: "Remove",
                cell: ({ id }) => (
                  <ConfirmButton
                    label="Remove"
                    question="They no longer see what the project sees."
                    onConfirm={() => remove(id)}
                  />
                ),
              },
            ]}
            rows={found}
            keyOf={({ id }) => id}
            empty="Nobody yet."
          />
        )}
      </Loaded>
      <Form action={add} submit="Add to the project">
        <Field label="Kind">
          <select value={type} onChange={(event) => setType(event.currentTarget.value === "group" ? "group" : "user")}>
            <option value="user">Person</option>
            <option value="group">Group</option>
          </select>
        </Field>
        <ChoiceField
          key={type}
          label={type === "user" ? "Person" : "Group"}
          name="member"
          kind={type}
          error={add.fieldErrors["member_id"]}
        />
      </Form>
    </section>
  );
}
