import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { isJobChange } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import type { Bar } from "./chart-drawing.ts";
import { chooseSource, FIRST_BARS, planRequest, type Request, type Source, type Stretch } from "./chart-window.ts";
import { instantOf, type Series } from "./series.ts";

/** Time without a movement after which what is in view is read and noted in the address, ms. */
const REST = 200;
const PIXELS_PER_BAR = 2;

export interface Bars {
  source: Source;
  rows: Bar[];
}

/**
 * The bars for what is in view of a series: read again as that moves, at a length of candle that fits the width. What is
 * in view, and a length that the person has chosen, live in the address.
 */
export function useBars(series: Series, sources: Source[], place: RefObject<HTMLElement | null>) {
  const own = sources.find(({ timeframe }) => timeframe === series.timeframe) ?? sources[0];
  if (!own) throw new Error("A chart needs something to draw");
  const query = route.value.query;
  const chosen = query.get("candles");
  const [visible, setVisible] = useState<Stretch>(() => readStretch(query, own));
  const [request, setRequest] = useState<Request>(() => {
    // The chart has no width yet. Bars too short for the stretch would be cut off, and the stretch with them.
    const source = chosenOf(sources, chosen) ?? chooseSource(sources, visible, barsFor(window.innerWidth));
    return planRequest(null, source ?? own, visible);
  });
  const current = useRef(request);
  const timer = useRef<number | undefined>(undefined);

  const settle = (stretch: Stretch, name: string | null) => {
    const most = barsFor(place.current?.clientWidth ?? 0);
    const source = chosenOf(sources, name) ?? chooseSource(sources, stretch, most) ?? own;
    const next = planRequest(current.current, source, stretch);
    const isHeld = next === current.current;
    current.current = next;
    setRequest(next);
    goTo(addressOf(stretch, name), { replace: true });
    return isHeld;
  };
  const latest = useRef(settle);
  latest.current = settle;
  const look = (stretch: Stretch) => {
    setVisible(stretch);
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => latest.current(stretch, route.value.query.get("candles")), REST);
  };
  const jump = (stretch: Stretch) => {
    window.clearTimeout(timer.current);
    setVisible(stretch);
    return settle(stretch, chosen);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  // Longer candles may have been made since.
  useEffect(() => look(visible), [sources.length]);

  const load = useLoad<Bars>(
    async (signal) => ({ source: request.source, rows: await readBars(series, request, signal) }),
    [request],
    { refreshOn: (frame) => isJobChange(frame, ["download", "aggregate", "ingest-file"]) },
  );
  const kept = useRef<Bars | null>(null);
  kept.current = load.data ?? kept.current;
  return {
    bars: kept.current,
    source: kept.current?.source ?? request.source,
    visible,
    chosen,
    error: load.error,
    isLoading: load.isLoading,
    reload: load.reload,
    look,
    /** Looks elsewhere at once; true when the bars for that are there already. */
    jump,
    choose: (name: string | null) => settle(visible, name),
  };
}

const barsFor = (width: number) => Math.max(FIRST_BARS, width / PIXELS_PER_BAR);

const chosenOf = (sources: Source[], name: string | null) =>
  sources.find(({ timeframe }) => timeframe === name) ?? null;

function addressOf({ from, to }: Stretch, candles: string | null): string {
  const { view, path } = route.value;
  return linkTo(view, path, { from: instantOf(from), to: instantOf(to), candles: candles ?? undefined });
}

/** What the address says is in view, else the last bars. */
function readStretch(query: URLSearchParams, own: Source): Stretch {
  const [from, to] = ["from", "to"].map((name) => Date.parse(`${query.get(name)}Z`));
  if (from !== undefined && to !== undefined && from < to) return { from, to };
  const end = own.to + own.step;
  return { from: Math.max(own.from, end - FIRST_BARS * own.step), to: end };
}

async function readBars(series: Series, { source, from, to }: Request, signal: AbortSignal): Promise<Bar[]> {
  const { exchange, market, symbol } = series;
  const { data_type, timeframe } = source;
  const query = { exchange, market, symbol, data_type, timeframe, start: instantOf(from), end: instantOf(to) };
  const rows = await dataOrThrow(api.GET("/read", { params: { query: { ...query, format: "json" } }, signal }));
  return rows.map(numbersOf);
}

/** Only the numbers of a row: a chart draws nothing else. */
function numbersOf(row: object): Bar {
  const numbers = Object.entries(row).filter((entry): entry is [string, number] => typeof entry[1] === "number");
  return { ts: 0, ...Object.fromEntries(numbers) };
}
