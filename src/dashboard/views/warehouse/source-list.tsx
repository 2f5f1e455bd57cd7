import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useLoad } from "../../components/use-load.ts";
import { freshnessOf, isSourceFrame, statusWord } from "./source-state.ts";

type Source = Schemas["WarehouseSource"];

const columns: Column<Source>[] = [
  { title: "Name", cell: ({ name }) => <a href={linkTo("warehouse", ["sources", name])}>{name}</a> },
  { title: "Kind", cell: ({ type }) => type },
  { title: "State", cell: (source) => <Status of={statusWord(source)} /> },
  { title: "Last sync", cell: ({ last_sync }) => <Time at={last_sync} /> },
  { title: "Freshness", cell: ({ freshness }) => freshnessOf(freshness) },
  { title: "Tables", isNumber: true, cell: ({ tables }) => formatCount(tables.length) },
  { title: "Rows", isNumber: true, cell: ({ row_count }) => (row_count === null ? "–" : formatCount(row_count)) },
];

/** Every source with how it is. */
export function SourceList() {
  const sources = useLoad((signal) => dataOrThrow(api.GET("/api/sources", { signal })), [], {
    refreshOn: (frame) => isSourceFrame(frame),
  });
  return (
    <>
      <div class="row">
        <h2>Sources</h2>
        <a class="button" href={linkTo("warehouse", ["add"])}>
          Add a source
        </a>
        <a class="button" href={linkTo("warehouse", ["upload"])}>
          Upload CSV files
        </a>
      </div>
      <p class="quiet">
        Each source fills tables of its own, whenever it is synced: by hand, on a schedule, or after an upload.
      </p>
      <Loaded of={sources}>
        {(rows) => (
          <Table
            label="Sources"
            columns={columns}
            rows={rows}
            keyOf={({ name }) => name}
            empty="There are no sources yet. Add one, or upload CSV files to begin with."
          />
        )}
      </Loaded>
    </>
  );
}
