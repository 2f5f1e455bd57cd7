import { Field, textOf } from "../../components/form.tsx";

const TIMEFRAMES = {
  "1m": "1 minute",
  "5m": "5 minutes",
  "15m": "15 minutes",
  "1h": "1 hour",
  "4h": "4 hours",
  "1d": "1 day",
};

interface KindFieldsProps {
  /** Values to begin with, by the fields' names. */
  values: URLSearchParams;
  errors: Record<string, string>;
}

/** What is collected of a symbol, and how finely. */
export const KindFields = ({ values, errors }: KindFieldsProps) => (
  <>
    <Field label="What" hint="Funding rates are what perpetual contracts pay" error={errors["data_type"]}>
      <select name="data_type" defaultValue={values.get("data_type") ?? "raw"}>
        <option value="raw">Candles</option>
        <option value="funding">Funding rates</option>
        <option value="both">Both</option>
      </select>
    </Field>
    <Field label="Length of a candle" hint="Minutes can be made into longer candles later" error={errors["timeframe"]}>
      <select name="timeframe" defaultValue={values.get("timeframe") ?? "1m"}>
        {Object.entries(TIMEFRAMES).map(([name, title]) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
    </Field>
  </>
);

interface SeriesKind {
  market: string;
  timeframe: string;
  data_type: "raw" | "funding" | "both";
}

/** What the fields of a series say, as the API takes it; market, kind and length. */
export function readKind(fields: FormData): SeriesKind {
  const kind = textOf(fields, "data_type");
  return {
    market: textOf(fields, "market") ?? "spot",
    timeframe: textOf(fields, "timeframe") ?? "1m",
    data_type: kind === "funding" || kind === "both" ? kind : "raw",
  };
}
