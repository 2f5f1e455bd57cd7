import { useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "../../components/problem.tsx";
import { type Bar, type ChartDrawing, drawChart } from "./chart-drawing.ts";
import { ChartNumbers } from "./chart-numbers.tsx";
import { ChartSteps } from "./chart-steps.tsx";
import { type Source, type Stretch } from "./chart-window.ts";
import { describeType, type Series } from "./series.ts";
import { useBars } from "./use-bars.ts";

interface CandleChartProps {
  series: Series;
  /** Every length of candle that there is of the symbol, the shortest first. */
  sources: Source[];
}

/** Candles or rates as a picture that can be moved and zoomed, and as numbers; coarser ones where many are in view. */
export function CandleChart({ series, sources }: CandleChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<ChartDrawing | null>(null);
  const [pointed, setPointed] = useState<Bar | null>(null);
  const own = sources.find(({ timeframe }) => timeframe === series.timeframe) ?? sources[0];
  const { bars, source, visible, error, isLoading, look, jump, choose, chosen, reload } = useBars(
    series,
    sources,
    place,
  );
  const kind = own?.data_type === "alt" ? "rates" : "candles";
  const seen = useRef(visible);
  seen.current = visible;

  useEffect(() => {
    if (!place.current) return;
    const drawn = drawChart(place.current, { kind, onLook: look, onPoint: setPointed });
    drawing.current = drawn;
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", drawn.paint);
    return () => {
      dark.removeEventListener("change", drawn.paint);
      drawn.remove();
    };
  }, []);
  useEffect(() => {
    if (bars) drawing.current?.show(bars.rows, bars.source.step, seen.current);
  }, [bars]);

  const goTo = (stretch: Stretch) => {
    if (jump(stretch)) drawing.current?.look(stretch);
  };
  const inView = (bars?.rows ?? []).filter(({ ts }) => ts >= visible.from && ts <= visible.to);
  const shown = pointed ?? inView.at(-1) ?? null;
  const name = `${series.unified_symbol} ${source.timeframe}`;
  return (
    <section class="card stack" aria-labelledby="chart">
      <div class="row">
        <h2 id="chart">{describeType(series) === "Funding rates" ? "Funding rates" : "Candles"}</h2>
        <ChartSteps
          sources={sources}
          source={source}
          visible={visible}
          chosen={chosen}
          onChoose={choose}
          onLook={goTo}
        />
      </div>
      {error && <Problem error={error} onRetry={reload} />}
      <div
        ref={place}
        class="candle-chart"
        role="img"
        aria-label={`Chart of ${name}; its numbers are below`}
        aria-busy={isLoading}
      />
      <ChartNumbers name={name} shown={shown} inView={inView} isLoading={isLoading} />
      <p class="quiet">
        <small>
          Times are UTC. Drag to move, scroll or pinch to zoom. Chart by{" "}
          <a href="https://www.tradingview.com/" rel="noreferrer" target="_blank">
            TradingView
          </a>
          .
        </small>
      </p>
    </section>
  );
}
