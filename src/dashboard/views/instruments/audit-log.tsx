import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { AuditChanges } from "../../components/audit/audit-changes.tsx";
import { AUDIT_ACTIONS, AUDIT_KINDS, isAuditAction } from "../../components/audit/audit-words.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { pageOf } from "../../components/lists.ts";

type Entry = Schemas["AuditEntry"];

const PAGE_ROWS = 50;
/** What is managed here, with the part of the address where one is shown. */
const PARTS: Record<string, string | null> = {
  instrument: "instruments",
  instrument_token: null,
  schedule: null,
  storage_location: "storage",
  hook: "hooks",
  file: "files",
  group: "groups",
  project: "projects",
  service_account: "accounts",
  user: null,
};

const columns: Column<Entry>[] = [
  { title: "When", cell: ({ created_at }) => <Time at={created_at} /> },
  { title: "Who", cell: ({ actor_email }) => <PlainText of={actor_email ?? "the platform itself"} /> },
  { title: "Did", cell: ({ action }) => AUDIT_ACTIONS[action] },
  { title: "What", cell: (entry) => <Subject of={entry} /> },
  { title: "Before and after", cell: ({ changes }) => <AuditChanges of={changes} /> },
];

/** Who changed what. */
export function AuditLog() {
  const { query } = route.value;
  const kind = query.get("kind");
  const action = query.get("action");
  const { offset, move } = useOffset("instruments", ["audit"]);
  const log = useLoad(
    async (signal) => {
      const asked = {
        ...{ skip: offset, limit: PAGE_ROWS },
        ...(kind !== null && { entity_type: kind }),
        ...(isAuditAction(action) && { action }),
      };
      return pageOf(await dataOrThrow(api.GET("/api/admin/audit-logs", { params: { query: asked }, signal })));
    },
    [offset, kind, action],
  );
  return (
    <section class="stack">
      <h2>Changes</h2>
      <FilterForm label="Which changes" view="instruments" path={["audit"]}>
        <Field label="What">
          <select name="kind">
            <option value="">Everything</option>
            {Object.keys(PARTS).map((name) => (
              <option key={name} value={name}>
                {AUDIT_KINDS[name]}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Did">
          <select name="action">
            <option value="">Anything</option>
            {Object.entries(AUDIT_ACTIONS).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      </FilterForm>
      <Loaded of={log}>
        {({ items, total }) => (
          <>
            <Table label="Changes" columns={columns} rows={items} keyOf={({ id }) => id} empty="No such change." />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total} shown={items.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Subject({ of: { entity_type, entity_id, changes } }: { of: Entry }) {
  const part = PARTS[entity_type] ?? null;
  const name = changes["name"]?.after ?? changes["name"]?.before;
  const text = `${AUDIT_KINDS[entity_type] ?? entity_type} ${typeof name === "string" ? name : entity_id.slice(0, 8)}`;
  return part === null ? (
    <PlainText of={text} />
  ) : (
    <a href={linkTo("instruments", [part, entity_id])}>
      <PlainText of={text} />
    </a>
  );
}
