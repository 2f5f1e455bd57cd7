import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { useOffset } from "../../components/filter-form.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { isModelFrame } from "./model-state.ts";
import { isSourceFrame } from "./source-state.ts";

const PAGE = 50;

const columns: Column<Schemas["WarehouseTable"]>[] = [
  { title: "Table", cell: ({ schema, name }) => <a href={linkTo("warehouse", ["tables", schema, name])}>{name}</a> },
  { title: "Schema", cell: ({ schema }) => schema },
  {
    title: "Filled by",
    cell: ({ owner_kind, owner }) =>
      owner_kind === "source" ? (
        <a href={linkTo("warehouse", ["sources", owner])}>{owner}</a>
      ) : (
        `${owner_kind} ${owner}`
      ),
  },
  { title: "Rows", isNumber: true, cell: ({ row_count }) => (row_count === null ? "view" : formatCount(row_count)) },
  { title: "Columns", isNumber: true, cell: ({ columns: all }) => formatCount(all.length) },
  { title: "Changed", cell: ({ updated_at }) => <Time at={updated_at} /> },
];

/** Every table that SQL can read. */
export function TableList() {
  const { offset, move } = useOffset("warehouse", ["tables"]);
  const tables = useLoad(
    (signal) => dataOrThrow(api.GET("/api/tables", { params: { query: { limit: PAGE, cursor: offset } }, signal })),
    [offset],
    { refreshOn: (frame) => isSourceFrame(frame) || isModelFrame(frame) },
  );
  return (
    <>
      <h2>Tables</h2>
      <Loaded of={tables}>
        {({ tables: rows, total }) => (
          <>
            <Table
              label="Tables"
              columns={columns}
              rows={rows}
              keyOf={({ schema, name }) => `${schema}.${name}`}
              empty="There are no tables yet. Upload CSV files, or add a source and sync it."
            />
            <OffsetPager {...{ offset, limit: PAGE, total, shown: rows.length }} onMove={move} />
          </>
        )}
      </Loaded>
    </>
  );
}
