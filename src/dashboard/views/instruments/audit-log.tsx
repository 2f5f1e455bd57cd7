import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { pageOf } from "./lists.ts";

type Entry = Schemas["AuditEntry"];

const PAGE_ROWS = 50;
const ACTIONS: Record<Entry["action"], string> = {
  create: "made",
  update: "changed",
  delete: "deleted",
  restore: "restored",
  login: "signed in",
  login_failed: "failed to sign in",
  logout: "signed out",
};
/** Kinds of what is managed here, with the part of the address where one is shown. */
const KINDS: Record<string, { title: string; part?: string }> = {
  instrument: { title: "Instrument", part: "instruments" },
  instrument_token: { title: "Token of an instrument" },
  schedule: { title: "Schedule" },
  storage_location: { title: "Storage location", part: "storage" },
  hook: { title: "Hook", part: "hooks" },
  file: { title: "File", part: "files" },
  group: { title: "Group", part: "groups" },
  project: { title: "Project", part: "projects" },
  service_account: { title: "Service account", part: "accounts" },
  user: { title: "User" },
};

const isAction = (text: string | null): text is Entry["action"] => text !== null && text in ACTIONS;

const columns: Column<Entry>[] = [
  { title: "When", cell: ({ created_at }) => <Time at={created_at} /> },
  { title: "Who", cell: ({ actor_email }) => <PlainText of={actor_email ?? "the platform itself"} /> },
  { title: "Did", cell: ({ action }) => ACTIONS[action] },
  { title: "What", cell: (entry) => <Subject of={entry} /> },
  { title: "Before and after", cell: ({ changes }) => <Changes of={changes} /> },
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
        ...(isAction(action) && { action }),
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
            {Object.entries(KINDS).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
        <Field label="Did">
          <select name="action">
            <option value="">Anything</option>
            {Object.entries(ACTIONS).map(([name, title]) => (
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
  const kind = KINDS[entity_type];
  const name = changes["name"]?.after ?? changes["name"]?.before;
  const text = `${kind?.title ?? entity_type} ${typeof name === "string" ? name : entity_id.slice(0, 8)}`;
  return kind?.part === undefined ? (
    <PlainText of={text} />
  ) : (
    <a href={linkTo("instruments", [kind.part, entity_id])}>
      <PlainText of={text} />
    </a>
  );
}

const Changes = ({ of: changes }: { of: Entry["changes"] }) => (
  <ul class="plain">
    {Object.entries(changes)
      .map(([field, { before, after }]) => ({ field, before: formatValue(before), after: formatValue(after) }))
      .filter(({ before, after }) => before !== after)
      .map(({ field, before, after }) => (
        <li key={field}>
          {field.replaceAll("_", " ")}:{" "}
          {before !== "" && (
            <>
              <PlainText of={before} most={80} /> →{" "}
            </>
          )}
          <PlainText of={after || "–"} most={80} />
        </li>
      ))}
  </ul>
);
