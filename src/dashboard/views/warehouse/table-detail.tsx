import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { Facts } from "../../components/facts.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { AnswerTable } from "./answer-table.tsx";
import { isModelFrame } from "./model-state.ts";
import { isSourceFrame } from "./source-state.ts";

const ROWS = 100;
const MOST_TABLES = 1000;

interface TableDetailProps {
  schema: string;
  name: string;
}

/** One table: its first rows, its columns, and where it comes from. */
export function TableDetail({ schema, name }: TableDetailProps) {
  const refreshOn = (frame: Parameters<typeof isModelFrame>[0]) => isSourceFrame(frame) || isModelFrame(frame);
  const table = useLoad((signal) => findTable({ schema, name }, signal), [schema, name], { refreshOn });
  const preview = useLoad(
    (signal) => {
      const params = { path: { schema, name }, query: { limit: ROWS } };
      return dataOrThrow(api.GET("/api/tables/{schema}/{name}/preview", { params, signal }));
    },
    [schema, name],
    { refreshOn },
  );
  return (
    <>
      <p>
        <a href={linkTo("warehouse", ["tables"])}>All tables</a>
      </p>
      <h2>
        <PlainText of={`${schema}.${name}`} />
      </h2>
      <Loaded of={table}>{({ found }) => found && <About table={found} />}</Loaded>
      <section class="card">
        <h3>First rows</h3>
        <Loaded of={preview}>
          {(answer) => (
            <>
              <AnswerTable label="First rows" answer={answer} />
              {answer.truncated && <p class="quiet">There are more rows. SQL reads any of them.</p>}
            </>
          )}
        </Loaded>
      </section>
      <Loaded of={table}>{({ found }) => found && <Columns columns={found.columns} />}</Loaded>
    </>
  );
}

const About = ({ table }: { table: Schemas["WarehouseTable"] }) => (
  <section class="card stack">
    <Facts
      of={{
        "Name in SQL": <code>{table.sql_name}</code>,
        "Filled by": `${table.owner_kind} ${table.owner}`,
        Rows: table.row_count === null ? "a view, counted when it is read" : formatCount(table.row_count),
        Changed: <Time at={table.updated_at} />,
      }}
    />
    <p>
      <a href={linkTo("warehouse", ["sql"], { table: table.sql_name })}>Query it with SQL</a>
    </p>
  </section>
);

const Columns = ({ columns }: { columns: Schemas["WarehouseTable"]["columns"] }) => (
  <section class="card">
    <h3>Columns</h3>
    <Table
      label="Columns"
      rows={columns}
      keyOf={(_, index) => index}
      empty="It has no columns."
      columns={[
        { title: "Name", cell: ({ name }) => <PlainText of={name} /> },
        { title: "Type", cell: ({ type }) => type },
      ]}
    />
  </section>
);

/** Null for one that the list does not have; the preview says so. */
async function findTable({ schema, name }: TableDetailProps, signal: AbortSignal) {
  const query = { schema, limit: MOST_TABLES };
  const { tables } = await dataOrThrow(api.GET("/api/tables", { params: { query }, signal }));
  return { found: tables.find((table) => table.name === name) ?? null };
}
