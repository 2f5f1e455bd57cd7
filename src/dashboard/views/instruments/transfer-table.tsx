import type { Schemas } from "../../../client/client.ts";
import { linkTo } from "../../app/route.ts";
import { formatBytes } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";

type Transfer = Schemas["FileTransfer"];

const columns: Column<Transfer>[] = [
  {
    title: "File",
    cell: ({ file_id, destination_path }) => (
      <a href={linkTo("instruments", ["files", file_id])} title={destination_path ?? undefined}>
        <PlainText of={destination_path?.split("/").at(-1) ?? "a file that is not stored"} most={80} />
      </a>
    ),
  },
  { title: "State", cell: (transfer) => <State of={transfer} /> },
  { title: "Size", cell: ({ source_size }) => (source_size === null ? "" : formatBytes(source_size)), isNumber: true },
  { title: "Checksum", cell: (transfer) => <Checksum of={transfer} /> },
  { title: "Begun", cell: ({ started_at }) => <Time at={started_at} /> },
  { title: "Ended", cell: ({ completed_at }) => <Time at={completed_at} /> },
  { title: "Problems", cell: (transfer) => <Problems of={transfer} /> },
];

/** Transfers, newest first. */
export const TransferTable = ({ transfers, empty }: { transfers: Transfer[]; empty: string }) => (
  <Table label="Transfers" columns={columns} rows={transfers} keyOf={({ id }) => id} empty={empty} />
);

function State({ of: { status, bytes_transferred, source_size } }: { of: Transfer }) {
  if (status !== "in_progress" || source_size === null) return <Status of={status} />;
  return (
    <>
      <Status of={status} />
      <progress aria-label="Bytes transferred" max={source_size} value={bytes_transferred ?? 0} />
    </>
  );
}

function Checksum({ of: { checksum_verified, source_checksum, dest_checksum } }: { of: Transfer }) {
  if (checksum_verified)
    return (
      <span class="good" title={`XXH64 ${dest_checksum ?? ""}`}>
        verified
      </span>
    );
  if (source_checksum === null || dest_checksum === null) return <span class="quiet">–</span>;
  return <span class="bad">differs</span>;
}

const Problems = ({ of: { error_message, hook_problems } }: { of: Transfer }) => (
  <>
    {[...(error_message === null ? [] : [error_message]), ...hook_problems].map((problem) => (
      <p key={problem} class="bad">
        <PlainText of={problem} />
      </p>
    ))}
  </>
);
