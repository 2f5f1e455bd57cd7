import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { formatCount, formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { CursorPager, useCursors } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";

const LIMIT = 50;

interface Resource {
  account: string;
  region: string;
  resource_type: string;
  resource_id: string;
}

interface Changed extends Resource {
  changes: { path: string; from?: unknown; to?: unknown }[];
}

/** What came, what went and what changed between two scans. */
export function Differences({ from, to }: { from: string; to: string }) {
  const cursors = useCursors();
  const load = useLoad(
    (signal) => {
      const cursor = cursors.cursor === undefined ? undefined : Number(cursors.cursor);
      const query = { from, to, limit: LIMIT, cursor };
      return dataOrThrow(api.GET("/api/v1/extraction/diff", { params: { query }, signal }));
    },
    [from, to, cursors.cursor],
  );
  return (
    <Loaded of={load}>
      {({ added, removed, changed, totals, not_compared, next_cursor }) => (
        <>
          <p role="status">
            <strong>{formatCount(totals.removed)}</strong> removed, <strong>{formatCount(totals.added)}</strong> added,{" "}
            <strong>{formatCount(totals.changed)}</strong> changed.
          </p>
          {not_compared.length > 0 && <NotCompared places={not_compared} />}
          <div class="columns">
            <Side title="Only before: removed" sign="−" resources={removed} />
            <Side title="Only after: added" sign="+" resources={added} />
          </div>
          <section class="card stack" aria-labelledby="changed">
            <h3 id="changed">In both, but changed</h3>
            {changed.length === 0 && <p class="quiet">None on this page.</p>}
            {changed.map((resource) => (
              <Changes
                key={`${resource.account} ${resource.resource_type} ${resource.resource_id}`}
                resource={resource}
              />
            ))}
          </section>
          <CursorPager cursors={cursors} nextCursor={next_cursor === null ? null : String(next_cursor)} />
        </>
      )}
    </Loaded>
  );
}

const NotCompared = ({ places }: { places: string[] }) => (
  <details>
    <summary>{formatCount(places.length)} listings are not compared: not both scans have read all of them</summary>
    <ul>
      {places.slice(0, 200).map((place) => (
        <li key={place}>
          <PlainText of={place} />
        </li>
      ))}
    </ul>
  </details>
);

interface SideProps {
  title: string;
  /** Says without colour which side it is. */
  sign: string;
  resources: Resource[];
}

const Side = ({ title, sign, resources }: SideProps) => (
  <section class="card" aria-label={title}>
    <h3>{title}</h3>
    <Table
      label={title}
      rows={resources}
      keyOf={({ account, resource_type, resource_id }) => `${account} ${resource_type} ${resource_id}`}
      empty="None on this page."
      columns={[
        {
          title: "Resource",
          cell: ({ resource_id }) => (
            <>
              <span class={sign === "+" ? "good" : "bad"}>{sign}</span> <PlainText of={resource_id} />
            </>
          ),
        },
        { title: "Type", cell: ({ resource_type }) => resource_type },
        { title: "Region", cell: ({ region }) => region },
      ]}
    />
  </section>
);

const Changes = ({ resource: { resource_id, resource_type, region, changes } }: { resource: Changed }) => (
  <div>
    <h4>
      <PlainText of={resource_id} /> <span class="quiet">{`${resource_type} in ${region}`}</span>
    </h4>
    <Table
      label={`Changes of ${resource_id.slice(0, 100)}`}
      rows={changes}
      keyOf={({ path }) => path}
      empty=""
      columns={[
        { title: "Field", cell: ({ path }) => <PlainText of={path} /> },
        { title: "Before", cell: (change) => <Value of={change.from} /> },
        { title: "After", cell: (change) => <Value of={change.to} /> },
      ]}
    />
  </div>
);

const Value = ({ of: value }: { of: unknown }) =>
  value === null || value === undefined ? (
    <span class="quiet">nothing</span>
  ) : (
    <PlainText of={formatValue(value)} most={500} />
  );
