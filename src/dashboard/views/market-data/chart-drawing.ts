import {
  CandlestickSeries,
  createChart,
  HistogramSeries,
  type IChartApi,
  LineSeries,
  type UTCTimestamp,
} from "lightweight-charts";
import { placeOf, type Stretch, timeAt } from "./chart-window.ts";
import { readThemeColor } from "../../components/theme-color.ts";

/** A candle, or a rate: numbers at a moment (ms UTC). */
export type Bar = { ts: number } & Record<string, number>;

export interface ChartDrawing {
  /** Draws these bars and shows a stretch of time of them. */
  show(bars: Bar[], step: number, visible: Stretch): void;
  /** Moves what is in view. */
  look(visible: Stretch): void;
  paint(): void;
  remove(): void;
}

interface DrawingOptions {
  kind: "candles" | "rates";
  /** Told what is in view whenever that changes. */
  onLook: (visible: Stretch) => void;
  /** Told which bar is pointed at; null when none is. */
  onPoint: (bar: Bar | null) => void;
}

const VOLUME_SHARE = 0.2;
const MOST_DIGITS = 8;

/** A chart of candles with their volume, or of rates, that can be dragged and zoomed. */
export function drawChart(place: HTMLElement, { kind, onLook, onPoint }: DrawingOptions): ChartDrawing {
  const chart = createChart(place, {
    autoSize: true,
    layout: { attributionLogo: false },
    timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.5 },
    localization: { locale: "en-GB" },
  });
  const main = kind === "candles" ? chart.addSeries(CandlestickSeries) : chart.addSeries(LineSeries, { lineWidth: 2 });
  const volume = chart.addSeries(HistogramSeries, {
    ...{ priceScaleId: "", priceFormat: { type: "volume" } },
    ...{ lastValueVisible: false, priceLineVisible: false },
  });
  volume.priceScale().applyOptions({ scaleMargins: { top: 1 - VOLUME_SHARE, bottom: 0 } });
  main.priceScale().applyOptions({ scaleMargins: { top: 0.05, bottom: kind === "candles" ? VOLUME_SHARE : 0.05 } });
  let bars: Bar[] = [];
  let step = 1;

  chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
    if (range !== null && bars.length > 0)
      onLook({ from: timeAt(bars, step, range.from), to: timeAt(bars, step, range.to) });
  });
  chart.subscribeCrosshairMove(({ logical }) => onPoint(bars[logical ?? -1] ?? null));
  paint();

  function paint(): void {
    const colors = readColors(place);
    chart.applyOptions(chartColors(colors));
    main.applyOptions(
      kind === "candles"
        ? {
            ...{ upColor: colors.good, borderUpColor: colors.good, wickUpColor: colors.good },
            ...{ downColor: colors.bad, borderDownColor: colors.bad, wickDownColor: colors.bad },
          }
        : { color: colors.accent },
    );
    volume.applyOptions({ color: colors.line });
  }

  return {
    paint,
    show(next, nextStep, visible) {
      bars = [];
      main.applyOptions({ priceFormat: { type: "price", ...precisionOf(next) } });
      main.setData(next.map((bar) => ({ time: timeOf(bar), ...valuesOf(bar) })));
      volume.setData(
        next.flatMap((bar) => (bar["volume"] === undefined ? [] : [{ time: timeOf(bar), value: bar["volume"] }])),
      );
      [bars, step] = [next, nextStep];
      look(chart, next, nextStep, visible);
    },
    look: (visible) => look(chart, bars, step, visible),
    remove: () => chart.remove(),
  };
}

function look(chart: IChartApi, bars: Bar[], step: number, visible: Stretch): void {
  if (bars.length === 0) return;
  chart.timeScale().setVisibleLogicalRange({
    from: placeOf(bars, step, visible.from),
    to: placeOf(bars, step, visible.to),
  });
}

/** The library's times are seconds under a type of their own. */
const timeOf = ({ ts }: Bar) => (ts / 1000) as UTCTimestamp;

function valuesOf(bar: Bar) {
  const { open = 0, high = 0, low = 0, close, funding_rate = 0 } = bar;
  return close === undefined ? { value: funding_rate } : { open, high, low, close };
}

/** As many digits as the prices have, so that those far below one are not all the same. */
function precisionOf(bars: Bar[]): { precision: number; minMove: number } {
  const digits = bars.slice(-100).map((bar) => {
    const [, fraction = ""] = (bar["close"] ?? bar["funding_rate"] ?? 0)
      .toFixed(MOST_DIGITS)
      .replace(/0+$/, "")
      .split(".");
    return fraction.length;
  });
  const precision = Math.max(2, ...digits);
  return { precision, minMove: 10 ** -precision };
}

type Colors = Record<"ink" | "quiet" | "card" | "line" | "good" | "bad" | "accent", string>;

function readColors(place: HTMLElement): Colors {
  const read = (name: string) => readThemeColor(place, name);
  return {
    ...{ ink: read("ink"), quiet: read("quiet"), card: read("card"), line: read("line") },
    ...{ good: read("good"), bad: read("bad"), accent: read("accent") },
  };
}

const chartColors = ({ quiet, card, line }: Colors) => ({
  layout: { background: { color: card }, textColor: quiet },
  grid: { vertLines: { color: line }, horzLines: { color: line } },
  timeScale: { borderColor: line },
  rightPriceScale: { borderColor: line },
});
