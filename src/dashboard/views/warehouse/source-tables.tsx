import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { formatCount } from "../../components/format.ts";
import { Table } from "../../components/table.tsx";

/** What a source has filled; each table leads to its preview. */
export const SourceTables = ({ tables }: { tables: Schemas["WarehouseSource"]["tables"] }) => (
  <section class="card">
    <h3>Tables</h3>
    <Table
      label="Tables of this source"
      rows={tables}
      keyOf={({ schema, name }) => `${schema}.${name}`}
      empty="None yet. The first sync makes them."
      columns={[
        {
          title: "Table",
          cell: ({ schema, name }) => <a href={linkTo("warehouse", ["tables", schema, name])}>{name}</a>,
        },
        { title: "Schema", cell: ({ schema }) => schema },
        { title: "Rows", isNumber: true, cell: ({ row_count }) => formatCount(row_count) },
      ]}
    />
  </section>
);
