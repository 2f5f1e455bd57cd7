import type { Schemas } from "../../../client/client.ts";
import { formatCount } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";

/** How the last syncs went. */
export const SourceHistory = ({ history }: { history: Schemas["WarehouseSourceDetails"]["history"] }) => (
  <section class="card">
    <h3>Last syncs</h3>
    <Table
      label="Last syncs"
      rows={history}
      keyOf={(_, index) => index}
      empty="It has never been synced."
      columns={[
        { title: "Ended", cell: ({ timestamp }) => <Time at={timestamp} /> },
        { title: "Outcome", cell: ({ status }) => <Status of={status} /> },
        { title: "Rows", isNumber: true, cell: ({ rows_processed }) => formatCount(rows_processed) },
        { title: "Took", isNumber: true, cell: ({ duration_seconds }) => `${formatCount(duration_seconds)} s` },
        { title: "Kind", cell: ({ full_refresh }) => (full_refresh ? "everything anew" : "what is new") },
        { title: "Error", cell: ({ error_message }) => <PlainText of={error_message ?? ""} most={300} /> },
      ]}
    />
  </section>
);
