import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";

/** The people of a group. */
export function GroupMembers({ group }: { group: string }) {
  const path = { id: group };
  const members = useLoad(
    (signal) => dataOrThrow(api.GET("/api/groups/{id}/members", { params: { path }, signal })),
    [group],
  );
  const add = useAction(async (fields: FormData) => {
    const body = { user_id: textOf(fields, "user") ?? "" };
    await dataOrThrow(api.POST("/api/groups/{id}/members", { params: { path }, body }));
    members.reload();
  });
  const remove = async (user_id: string) => {
    await dataOrThrow(api.DELETE("/api/groups/{id}/members/{user_id}", { params: { path: { ...path, user_id } } }));
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
              { title: "Person", cell: ({ email }) => <PlainText of={email} /> },
              {
                title: "Remove",
                cell: ({ user_id, email }) => (
                  <ConfirmButton
                    label="Remove"
                    question={`${email} no longer sees what the group sees.`}
                    onConfirm={() => remove(user_id)}
                  />
                ),
              },
            ]}
            rows={found}
            keyOf={({ user_id }) => user_id}
            empty="Nobody yet."
          />
        )}
      </Loaded>
      <Form action={add} submit="Add to the group">
        <ChoiceField label="Person" name="user" kind="user" error={add.fieldErrors["user_id"]} />
      </Form>
    </section>
  );
}
