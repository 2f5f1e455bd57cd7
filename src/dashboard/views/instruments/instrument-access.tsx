import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { ChoiceField } from "./choice-field.tsx";

/** Who sees all files of an instrument. */
export function InstrumentAccess({ instrument }: { instrument: string }) {
  const access = useLoad(
    (signal) => dataOrThrow(api.GET("/api/instruments/{id}/access", { params: { path: { id: instrument } }, signal })),
    [instrument],
  );
  const pathOf = (user_id: string) => ({ params: { path: { id: instrument, user_id } } });
  const grant = useAction(async (fields: FormData) => {
    const { email } = await dataOrThrow(
      api.PUT("/api/instruments/{id}/access/{user_id}", pathOf(textOf(fields, "user") ?? "")),
    );
    notify(`${email} sees all files of the instrument`);
    access.reload();
  });
  const revoke = async (user_id: string) => {
    await dataOrThrow(api.DELETE("/api/instruments/{id}/access/{user_id}", pathOf(user_id)));
    notify("Taken back");
    access.reload();
  };
  return (
    <section class="card stack">
      <h3>Who sees all its files</h3>
      <Loaded of={access}>
        {(found) => (
          <Table
            label="Who sees all its files"
            columns={[
              { title: "Person", cell: ({ email }) => <PlainText of={email} /> },
              { title: "Since", cell: ({ granted_at }) => <Time at={granted_at} /> },
              {
                title: "Take back",
                cell: ({ user_id, email }) => (
                  <ConfirmButton
                    label="Take back"
                    question={`${email} then sees only files that were granted otherwise.`}
                    onConfirm={() => revoke(user_id)}
                  />
                ),
              },
            ]}
            rows={found}
            keyOf={({ user_id }) => user_id}
            empty="Only admins, and whoever was granted single files."
          />
        )}
      </Loaded>
      <Form action={grant} submit="Let them see all files">
        <ChoiceField label="Person" name="user" kind="user" error={grant.fieldErrors["user_id"]} />
      </Form>
    </section>
  );
}
