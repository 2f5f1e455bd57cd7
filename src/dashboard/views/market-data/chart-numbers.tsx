import { Fragment } from "preact";
import { Table } from "../../components/table.tsx";
import type { Bar } from "./chart-drawing.ts";
import { formatInstant } from "./series.ts";

const LISTED = 20;

interface ChartNumbersProps {
  name: string;
  /** The bar that is pointed at, else the last one in view. */
  shown: Bar | null;
  inView: Bar[];
  isLoading: boolean;
}

/** What a chart shows, as numbers. */
export function ChartNumbers({ name, shown, inView, isLoading }: ChartNumbersProps) {
  const columns = Object.keys(shown ?? {}).filter((column) => column !== "ts");
  return (
    <>
      {shown ? (
        <dl class="legend" aria-label={`Numbers of ${name}`}>
          <dt>{name}</dt>
          <dd>{formatInstant(shown.ts)}</dd>
          {columns.map((column) => (
            <Fragment key={column}>
              <dt>{titleOf(column)}</dt>
              <dd>{formatNumber(shown[column])}</dd>
            </Fragment>
          ))}
        </dl>
      ) : (
        <p class="quiet">{isLoading ? "Reading …" : "There is nothing in this stretch of time."}</p>
      )}
      {/* It stays, and stays open, while another stretch is read. */}
      <details>
        <summary>As a table</summary>
        <p class="quiet">
          {inView.length > LISTED ? `The last ${LISTED} of ${inView.length} in view.` : `All ${inView.length} in view.`}
        </p>
        <Table
          label={`Numbers of ${name}`}
          rows={inView.slice(-LISTED).toReversed()}
          keyOf={({ ts }) => ts}
          empty="None"
          columns={[
            { title: "Time (UTC)", cell: ({ ts }) => formatInstant(ts) },
            ...columns.map((column) => ({
              title: titleOf(column),
              isNumber: true,
              cell: (bar: Bar) => formatNumber(bar[column]),
            })),
          ]}
        />
      </details>
    </>
  );
}

const titleOf = (column: string) => `${column.slice(0, 1).toUpperCase()}${column.slice(1).replaceAll("_", " ")}`;

const formatNumber = (value: number | undefined) =>
  value === undefined ? "" : value.toLocaleString("en", { maximumFractionDigits: 10 });
