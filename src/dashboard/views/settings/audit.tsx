import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { AuditChanges } from "../../components/audit/audit-changes.tsx";
import { AUDIT_ACTIONS, AUDIT_KINDS } from "../../components/audit/audit-words.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { pageOf } from "../../components/lists.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { readAuditFilter } from "./audit-filter.ts";

type Entry = Schemas["AuditEntry"];

/** Rows of a page. */
const LIMIT = 25;
const PATH = ["audit"];

/** Who changed what, newest first. */
export function Audit() {
  const { offset, move } = useOffset("settings", PATH);
  const filter = readAuditFilter(route.value.query);
  const entries = useLoad(
    (signal) => {
      const query = { ...filter, skip: offset, limit: LIMIT };
      return dataOrThrow(api.GET("/api/admin/audit-logs", { params: { query }, signal })).then(pageOf);
    },
    [JSON.stringify(filter), offset],
  );
  return (
    <section aria-labelledby="audit">
      <h2 id="audit">Audit</h2>
      <p class="quiet">Who changed what, and who signed in; secrets are ***.</p>
      <AuditFilters />
      <Loaded of={entries}>
        {({ items, total }) => (
          <>
            <Table
              label="Changes"
              rows={items}
              keyOf={({ id }) => id}
              columns={columns}
              empty="No change is like this."
            />
            <OffsetPager offset={offset} limit={LIMIT} total={total} shown={items.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const AuditFilters = () => (
  <FilterForm label="Filter changes" view="settings" path={PATH}>
    <Field label="Of">
      <select name="entity_type">
        <option value="">Everything</option>
        {Object.entries(AUDIT_KINDS).map(([kind, title]) => (
          <option key={kind} value={kind}>
            {title}
          </option>
        ))}
      </select>
    </Field>
    <Field label="What">
      <select name="action">
        <option value="">Any</option>
        {Object.entries(AUDIT_ACTIONS).map(([action, title]) => (
          <option key={action} value={action}>
            {title}
          </option>
        ))}
      </select>
    </Field>
    <Field label="From">
      <input name="since" type="date" />
    </Field>
    <Field label="To">
      <input name="until" type="date" />
    </Field>
    <Field label="Id" hint="Of the one that was changed.">
      <input name="entity_id" maxLength={64} />
    </Field>
  </FilterForm>
);

const columns = [
  { title: "Time", cell: ({ created_at }: Entry) => <Time at={created_at} /> },
  { title: "Who", cell: (entry: Entry) => <Actor of={entry} /> },
  { title: "What", cell: ({ action }: Entry) => AUDIT_ACTIONS[action] },
  { title: "Of", cell: (entry: Entry) => <Changed of={entry} /> },
  { title: "Client", cell: ({ client_address }: Entry) => client_address ?? <span class="quiet">–</span> },
  { title: "Before and after", cell: ({ changes }: Entry) => <AuditChanges of={changes} /> },
];

/** A link that leaves only this person's changes. */
function Actor({ of: { actor_id, actor_email } }: { of: Entry }) {
  if (actor_id === null)
    return actor_email === null ? <span class="quiet">the platform</span> : <PlainText of={actor_email} />;
  return (
    <a href={linkTo("settings", PATH, { actor_id })} title="Only changes by this person">
      <PlainText of={actor_email ?? actor_id} />
    </a>
  );
}

const Changed = ({ of: { entity_type, entity_id } }: { of: Entry }) => (
  <a href={linkTo("settings", PATH, { entity_id })} title={`Only changes of ${entity_id}`}>
    {AUDIT_KINDS[entity_type] ?? entity_type}
  </a>
);
