import type { Source, Stretch } from "./chart-window.ts";

interface ChartStepsProps {
  sources: Source[];
  /** Drawn now. */
  source: Source;
  visible: Stretch;
  /** Length of candle that the person wants; null leaves it to the page. */
  chosen: string | null;
  onChoose: (timeframe: string | null) => void;
  onLook: (stretch: Stretch) => void;
}

/** Buttons that move and zoom a chart, and a choice of candles: for those without a wheel to turn. */
export function ChartSteps({ sources, source, visible, chosen, onChoose, onLook }: ChartStepsProps) {
  const { from, to } = visible;
  const span = to - from;
  const all = {
    from: Math.min(...sources.map((one) => one.from)),
    to: Math.max(...sources.map((one) => one.to + one.step)),
  };
  const move = (share: number) => onLook({ from: from + share * span, to: to + share * span });
  const zoom = (factor: number) => {
    const half = Math.max((span * factor) / 2, source.step * 2);
    onLook({ from: (from + to) / 2 - half, to: (from + to) / 2 + half });
  };
  return (
    <div class="row chart-steps" role="group" aria-label="What the chart shows">
      <button type="button" disabled={from <= all.from} onClick={() => move(-0.5)}>
        Earlier
      </button>
      <button type="button" disabled={to >= all.to} onClick={() => move(0.5)}>
        Later
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => zoom(0.5)}>
        +
      </button>
      <button type="button" aria-label="Zoom out" disabled={from <= all.from && to >= all.to} onClick={() => zoom(2)}>
        −
      </button>
      <button type="button" onClick={() => onLook(all)}>
        All
      </button>
      {sources.length > 1 && (
        <label class="row">
          Candles of
          <select value={chosen ?? ""} onChange={(event) => onChoose(event.currentTarget.value || null)}>
            <option value="">{`a fitting length (${source.timeframe})`}</option>
            {sources.map(({ timeframe }) => (
              <option key={timeframe} value={timeframe}>
                {timeframe}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}
