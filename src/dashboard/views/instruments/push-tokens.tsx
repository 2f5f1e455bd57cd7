import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { SecretOnce } from "../../components/secret-once.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";

type Token = Schemas["InstrumentToken"];

/** Tokens by which an instrument's computer delivers its files, and how it does. */
export function PushTokens({ instrument }: { instrument: string }) {
  const path = { id: instrument };
  const [token, setToken] = useState<string | null>(null);
  const [made, setMade] = useState(0);
  const tokens = useLoad(
    (signal) => dataOrThrow(api.GET("/api/instruments/{id}/tokens", { params: { path }, signal })),
    [instrument],
  );
  const create = useAction(async (fields: FormData) => {
    const body = { name: textOf(fields, "token_name") ?? "" };
    const answer = await dataOrThrow(api.POST("/api/instruments/{id}/tokens", { params: { path }, body }));
    setToken(answer.token);
    setMade(made + 1);
    tokens.reload();
  });
  const revoke = async (token_id: string) => {
    await dataOrThrow(
      api.DELETE("/api/instruments/{id}/tokens/{token_id}", { params: { path: { ...path, token_id } } }),
    );
    notify("The token is revoked");
    tokens.reload();
  };
  return (
    <section class="card stack">
      <h3>Deliver files</h3>
      <p>The instrument's computer delivers its files itself, with a token for the password.</p>
      {token !== null && <SecretOnce label="Token" secret={token} onClose={() => setToken(null)} />}
      <p>With rclone, on that computer, the token being in the variable TOKEN:</p>
      <pre tabIndex={0}>{rcloneCommand(instrument)}</pre>
      <Loaded of={tokens}>
        {(found) => (
          <Table
            label="Tokens"
            columns={columnsOf(revoke)}
            rows={found}
            keyOf={({ id }) => id}
            empty="There is no token yet. Make one for the instrument's computer."
          />
        )}
      </Loaded>
      <Form key={made} action={create} submit="Make a token">
        <Field label="Name of the computer" hint="Such as Acquisition PC" error={create.fieldErrors["name"]}>
          <input name="token_name" required maxLength={255} />
        </Field>
      </Form>
    </section>
  );
}

const rcloneCommand = (instrument: string) =>
  `rclone copy /path/of/the/data :webdav: \\
  --webdav-url ${window.location.origin}/dav/${instrument} \\
  --webdav-vendor other --webdav-user instrument \\
  --webdav-pass "$(rclone obscure "$TOKEN")"`;

const columnsOf = (revoke: (id: string) => Promise<unknown>): Column<Token>[] => [
  { title: "Name", cell: ({ name }) => <PlainText of={name} /> },
  { title: "Made", cell: ({ created_at }) => <Time at={created_at} /> },
  { title: "Last used", cell: ({ last_used_at }) => <Time at={last_used_at} /> },
  {
    title: "Revoke",
    cell: ({ id, revoked_at }) =>
      revoked_at === null ? (
        <ConfirmButton
          label="Revoke"
          question="The computer can deliver no more files until it gets another token."
          onConfirm={() => revoke(id)}
        />
      ) : (
        <>
          revoked <Time at={revoked_at} />
        </>
      ),
  },
];
