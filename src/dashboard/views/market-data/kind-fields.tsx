import { Field, textOf } from "../../components/form.tsx";
import { Select } from "../../components/select.tsx";

const KINDS = { raw: "Candles", funding: "Funding rates", both: "Both" };

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
      <Select name="data_type" initial={values.get("data_type") ?? "raw"} options={KINDS} />
    </Field>
    <Field label="Length of a candle" hint="Minutes can be made into longer candles later" error={errors["timeframe"]}>
      <Select name="timeframe" initial={values.get("timeframe") ?? "1m"} options={TIMEFRAMES} />
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
