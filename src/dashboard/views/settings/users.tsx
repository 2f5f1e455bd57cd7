import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { titleOfDomain } from "../../components/domains.ts";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { NewUser } from "./new-user.tsx";
import { UserActions } from "./user-actions.tsx";

export type ManagedUser = Schemas["ManagedUser"];

/** Rows of a page. */
const LIMIT = 25;

/** Everybody who may sign in, with what they may do. */
export function Users() {
  const cursors = useCursors();
  const [isAdding, setAdding] = useState(false);
  const { cursor } = cursors;
  const users = useLoad(
    (signal) => {
      const query = { limit: LIMIT, ...(cursor !== undefined && { cursor: Number(cursor) }) };
      return dataOrThrow(api.GET("/admin/users", { params: { query }, signal }));
    },
    [cursor],
  );
  return (
    <section aria-labelledby="users">
      <div class="row">
        <h2 id="users">Users</h2>
        <button type="button" class="primary" onClick={() => setAdding(true)}>
          Add a user
        </button>
      </div>
      {isAdding && <NewUser onClose={() => setAdding(false)} onAdded={users.reload} />}
      <Loaded of={users}>
        {({ users: rows, total, next_cursor }) => (
          <>
            <Table
              label="Users"
              rows={rows}
              keyOf={({ id }) => id}
              columns={[
                ...columns,
                { title: "Actions", cell: (user) => <UserActions user={user} onChanged={users.reload} /> },
              ]}
              empty="There is nobody here."
            />
            <CursorPager cursors={cursors} nextCursor={next_cursor} total={total} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const columns = [
  { title: "E-mail address", cell: ({ email }: ManagedUser) => <PlainText of={email} /> },
  { title: "Role", cell: ({ role }: ManagedUser) => role },
  { title: "May", cell: (user: ManagedUser) => describeRights(user) },
  {
    title: "State",
    cell: ({ blocked }: ManagedUser) =>
      blocked ? <span class="status bad">blocked</span> : <span class="status good">active</span>,
  },
  { title: "Since", cell: ({ created_at }: ManagedUser) => <Time at={created_at} /> },
];

function describeRights({ role, grants }: ManagedUser): string {
  if (role === "admin") return "everything";
  const given = Object.entries(grants).map(
    ([domain, action]) => `${titleOfDomain(domain)} (${action === "write" ? "read and change" : "read"})`,
  );
  return ["own bank data", ...given].join(", ");
}
