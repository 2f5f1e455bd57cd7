import { countedFamilies, type Family, type Labels, renderLabels } from "./families.ts";
import type { Increments } from "./protocol.ts";

export interface Sample {
  labels: Labels;
  value: number;
}

export interface Gauge extends Family {
  samples: Sample[];
}

/** Media type of the Prometheus text format, version 0.0.4. */
export const EXPOSITION_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Prints counts and gauges in the Prometheus text format; a family without samples is left out. */
export function renderExposition(series: Increments, gauges: Gauge[]): string {
  const keys = Object.keys(series).sort();
  const counted = countedFamilies.flatMap((family) => {
    const prefix = `${family.name}{`;
    const lines = keys
      .filter((key) => key.startsWith(prefix))
      .flatMap((key) => renderSeries(family, key.slice(prefix.length, -1), series[key] ?? []));
    return renderFamily(family, lines);
  });
  const measured = gauges.flatMap((gauge) =>
    renderFamily(
      gauge,
      gauge.samples.map(({ labels, value }) => renderSample(gauge.name, renderLabels(labels), value)),
    ),
  );
  return `${[...counted, ...measured].join("\n")}\n`;
}

function renderFamily({ name, type, help }: Family, lines: string[]): string[] {
  return lines.length === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines];
}

function renderSeries({ name, buckets }: Family, labels: string, amounts: number[]): string[] {
  if (!buckets) return [renderSample(name, labels, amounts[0] ?? 0)];
  let below = 0;
  const bounds = [...buckets.map(String), "+Inf"];
  const lines = bounds.map((bound, index) => {
    below += amounts[index] ?? 0;
    const all = [labels, `le="${bound}"`].filter((part) => part !== "").join(",");
    return renderSample(`${name}_bucket`, all, below);
  });
  return [
    ...lines,
    renderSample(`${name}_sum`, labels, amounts[bounds.length] ?? 0),
    renderSample(`${name}_count`, labels, below),
  ];
}

const renderSample = (name: string, labels: string, value: number) =>
  labels === "" ? `${name} ${value}` : `${name}{${labels}} ${value}`;
