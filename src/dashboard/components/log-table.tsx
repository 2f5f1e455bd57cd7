import { linkTo } from "../app/route.ts";
import { PlainText } from "./plain-text.tsx";
import { type Column, Table } from "./table.tsx";
import { Time } from "./time.tsx";

interface LogLine {
  timestamp: string;
  level: "INFO" | "WARNING" | "ERROR" | "SUCCESS";
  message: string;
  /** Absent where every line is of one source. */
  source?: string | null;
}

const COLOURS = { INFO: "quiet", SUCCESS: "good", WARNING: "fair", ERROR: "bad" };

const columns: Column<LogLine>[] = [
  { title: "When", cell: ({ timestamp }) => <Time at={timestamp} /> },
  { title: "Level", cell: ({ level }) => <span class={`status ${COLOURS[level]}`}>{level.toLowerCase()}</span> },
  { title: "What happened", cell: ({ message }) => <PlainText of={message} most={1000} /> },
];

const source: Column<LogLine> = {
  title: "Source",
  cell: ({ source: name }) => (name ? <a href={linkTo("warehouse", ["sources", name])}>{name}</a> : ""),
};

interface LogTableProps {
  lines: LogLine[];
  empty: string;
  showsSource?: boolean;
}

/** Lines of the activity log. */
export const LogTable = ({ lines, empty, showsSource = false }: LogTableProps) => (
  <Table
    label="Log"
    columns={showsSource ? [...columns, source] : columns}
    rows={lines}
    keyOf={(_, index) => index}
    empty={empty}
  />
);
