import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { LineChart } from "./line-chart.tsx";
import { LineSummary } from "./line-summary.tsx";
import { readLine } from "./line.ts";

interface FilePlotProps {
  name: string;
  columns: { name: string; dtype: string }[];
}

const NUMBER = /^u?int|^float/i;
const TIME_NAME = /date|time|day|month/i;
const POINTS = 4000;

/** A column of numbers as a line, over a column of times or the rows; what is chosen is in the address. */
export function FilePlot({ name, columns }: FilePlotProps) {
  const { query } = route.value;
  const numbers = columns.filter(({ dtype }) => NUMBER.test(dtype)).map((column) => column.name);
  const column = query.get("y") ?? numbers.at(-1);
  if (column === undefined) return <p class="quiet">The file has no column of numbers to plot.</p>;
  const times = columns.find(({ name: title, dtype }) => dtype.startsWith("datetime") || TIME_NAME.test(title))?.name;
  const over = query.get("x") ?? times ?? "";
  const hasGaps = query.get("gaps") !== "no";
  const choose = (change: Record<string, string>) => {
    const chosen = { y: column, x: over, gaps: hasGaps ? "" : "no", ...change };
    goTo(linkTo("banking", ["files", name], chosen), { replace: true });
  };
  return (
    <section class="stack">
      <h3>Plot</h3>
      <div class="columns">
        <Field label="Column">
          <select value={column} onChange={(event) => choose({ y: event.currentTarget.value })}>
            {numbers.map((number) => (
              <option key={number}>{number}</option>
            ))}
          </select>
        </Field>
        <Field label="Over">
          <select value={over} onChange={(event) => choose({ x: event.currentTarget.value })}>
            {times === undefined && <option value="">Rows</option>}
            {columns.map((one) => (
              <option key={one.name}>{one.name}</option>
            ))}
          </select>
        </Field>
        <Field label="Break the line where data are missing">
          <input
            type="checkbox"
            checked={hasGaps}
            onChange={(event) => choose({ gaps: event.currentTarget.checked ? "" : "no" })}
          />
        </Field>
      </div>
      <Plot name={name} column={column} over={over} hasGaps={hasGaps} />
    </section>
  );
}

function Plot({ name, column, over, hasGaps }: { name: string; column: string; over: string; hasGaps: boolean }) {
  const line = useLoad(
    async (signal) => {
      const query = { y: column, max_points: POINTS, ...(over !== "" && { x: over }) };
      const params = { path: { filename: name }, query };
      return readLine(await dataOrThrow(api.GET("/data/files/{filename}/series", { params, signal })));
    },
    [name, column, over],
  );
  return (
    <Loaded of={line}>
      {(found) => (
        <>
          <LineChart line={found} hasGaps={hasGaps} />
          <LineSummary line={found} />
        </>
      )}
    </Loaded>
  );
}
