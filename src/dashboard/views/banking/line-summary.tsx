import { formatCount } from "../../components/format.ts";
import { Facts } from "../../components/facts.tsx";
import { findGaps, type Line } from "./line.ts";

/** What the line shows, in words. */
export function LineSummary({ line }: { line: Line }) {
  const { x, y, total_points } = line;
  const last = x.length - 1;
  if (last < 0) return <p class="quiet">No row has both values.</p>;
  const least = y.reduce((before, value, index) => (value < (y[before] ?? 0) ? index : before), 0);
  const greatest = y.reduce((before, value, index) => (value > (y[before] ?? 0) ? index : before), 0);
  const at = (index: number) => `${formatNumber(y[index] ?? 0)} at ${formatPlace(line, index)}`;
  const gaps = findGaps(line).map((index) => `${formatPlace(line, index)} – ${formatPlace(line, index + 1)}`);
  return (
    <Facts
      of={{
        Points: formatCount(total_points),
        First: at(0),
        Last: at(last),
        Least: at(least),
        Greatest: at(greatest),
        Gaps:
          gaps.length === 0 ? "none" : `${gaps.length}: ${gaps.slice(0, 5).join("; ")}${gaps.length > 5 ? "; …" : ""}`,
      }}
    />
  );
}

function formatPlace({ x, isTime, over }: Line, index: number): string {
  const place = x[index] ?? 0;
  if (!isTime) return over === null ? `row ${place}` : String(place);
  const text = new Date(place * 1000).toISOString();
  return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 19).replace("T", " ");
}

const formatNumber = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 6 });
