import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { NewToken } from "./new-token.tsx";

type Token = Schemas["ApiToken"];

/** Rows of a page. */
const LIMIT = 25;

/** Tokens by which scripts use the API, without a person's password. */
export function Tokens() {
  const cursors = useCursors();
  const [isMaking, setMaking] = useState(false);
  const { cursor } = cursors;
  const tokens = useLoad(
    (signal) => {
      const query = { limit: LIMIT, ...(cursor !== undefined && { cursor: Number(cursor) }) };
      return dataOrThrow(api.GET("/admin/tokens", { params: { query }, signal }));
    },
    [cursor],
  );
  return (
    <section aria-labelledby="tokens">
      <div class="row">
        <h2 id="tokens">API tokens</h2>
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          Make a token
        </button>
      </div>
      <p class="quiet">For scripts and other programs. A token may do only what its scope says, and ends by itself.</p>
      {isMaking && <NewToken onClose={() => setMaking(false)} onMade={tokens.reload} />}
      <Loaded of={tokens}>
        {({ tokens: rows, total, next_cursor }) => (
          <>
            <Table
              label="API tokens"
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                ...columns,
                { title: "Actions", cell: (token) => <Revoke token={token} onRevoked={tokens.reload} /> },
              ]}
              empty="There is no token yet. Make one for each program that uses the API."
            />
            <CursorPager cursors={cursors} nextCursor={next_cursor} total={total} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const columns = [
  { title: "Name", cell: ({ name }: Token) => <PlainText of={name} /> },
  { title: "Scope", cell: ({ scope }: Token) => scope.join(", ") },
  { title: "State", cell: (token: Token) => <State of={token} /> },
  { title: "Made", cell: ({ created_at }: Token) => <Time at={created_at} /> },
  { title: "Ends", cell: ({ expires_at }: Token) => <Time at={expires_at} /> },
];

const isUsable = ({ revoked_at, expires_at }: Token) => revoked_at === null && Date.parse(expires_at) > Date.now();

function State({ of: token }: { of: Token }) {
  if (token.revoked_at !== null) return <span class="status bad">revoked</span>;
  return isUsable(token) ? <span class="status good">active</span> : <span class="status quiet">ended</span>;
}

function Revoke({ token, onRevoked }: { token: Token; onRevoked: () => void }) {
  if (!isUsable(token)) return null;
  const revoke = async () => {
    await dataOrThrow(api.DELETE("/admin/tokens/{id}", { params: { path: { id: token.id } } }));
    notify("The token is refused from now on");
    onRevoked();
  };
  return (
    <ConfirmButton
      label="Revoke"
      question={`Programs that use the token “${token.name}” are refused from now on. This cannot be undone.`}
      onConfirm={revoke}
    />
  );
}
