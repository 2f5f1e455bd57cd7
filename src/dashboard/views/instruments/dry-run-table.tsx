import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { formatValue } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { type Column, Table } from "../../components/table.tsx";

type File = Schemas["HookDryRun"]["files"][number];

const ACTIONS: Record<File["action"], string> = {
  transfer: "transferred",
  skip: "skipped",
  redirect: "stored elsewhere",
};

const columns: Column<File>[] = [
  {
    title: "File",
    cell: ({ file_id, path }) => (
      <a href={linkTo("instruments", ["files", file_id])}>
        <PlainText of={path} most={100} />
      </a>
    ),
  },
  { title: "Would be", cell: ({ action }) => ACTIONS[action] },
  { title: "Why", cell: ({ reason }) => <PlainText of={reason ?? ""} /> },
  { title: "Stored as", cell: ({ destination_path }) => <PlainText of={destination_path ?? ""} /> },
  {
    title: "Metadata",
    cell: ({ metadata }) => (
      <PlainText
        of={Object.entries(metadata)
          .map(([name, value]) => `${name}: ${formatValue(value)}`)
          .join(", ")}
      />
    ),
  },
  { title: "Grants", cell: ({ grants }) => grants.map(({ grantee_type }) => `a ${grantee_type}`).join(", ") },
  {
    title: "Problem",
    cell: ({ problem }) => problem !== null && <span class="bad">{<PlainText of={problem} />}</span>,
  },
];

/** What would become of each file. */
export const DryRunTable = ({ files }: { files: File[] }) => (
  <Table
    label="What would happen"
    columns={columns}
    rows={files}
    keyOf={({ file_id }) => file_id}
    empty="The instrument has no files yet: harvest it first."
  />
);
