import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field } from "../../components/form.tsx";
import { explain } from "../../components/problem.tsx";
import { useLoad } from "../../components/use-load.ts";
import { SymbolsField } from "./symbols-field.tsx";

interface SeriesFieldsProps {
  /** Whether many symbols are asked for, one a line. */
  isMany: boolean;
  /** Values to begin with, by the fields' names. */
  values: URLSearchParams;
  errors: Record<string, string>;
}

/** Exchange, market and symbol, each with suggestions that follow from the one before. */
export function SeriesFields({ isMany, values, errors }: SeriesFieldsProps) {
  const [exchange, setExchange] = useState(values.get("exchange") ?? "binance");
  const [market, setMarket] = useState(values.get("market") ?? "spot");
  const exchanges = useLoad((signal) => dataOrThrow(api.GET("/api/v1/ingest/exchanges", { signal })), []);
  const known = exchanges.data?.exchanges.find(({ id, name }) =>
    [id, name.toLowerCase()].includes(exchange.trim().toLowerCase()),
  );
  const id = known?.id ?? null;
  const markets = useLoad(async (signal) => (id === null ? null : readMarkets(id, signal)), [id]);
  const symbols = useLoad(async (signal) => (id === null ? [] : readSymbols(id, market, signal)), [id, market]);
  const offered = markets.data ?? [{ id: market, name: market }];
  const failure = markets.error ?? symbols.error;
  return (
    <>
      <Field
        label="Exchange"
        hint={`Type to search${exchanges.data ? ` among ${exchanges.data.exchanges.length}` : ""}: ${known?.name ?? "not known yet"}`}
        error={errors["exchange"]}
      >
        <input
          name="exchange_name"
          list="exchange-suggestions"
          required
          autocomplete="off"
          spellcheck={false}
          maxLength={64}
          value={exchange}
          onInput={(event) => setExchange(event.currentTarget.value)}
        />
      </Field>
      <input type="hidden" name="exchange" value={id ?? exchange.trim()} />
      <datalist id="exchange-suggestions">
        {exchanges.data?.exchanges.map((one) => (
          <option key={one.id} value={one.id}>
            {one.name}
          </option>
        ))}
      </datalist>
      <Field label="Market" error={errors["market"]}>
        <select name="market" value={market} onChange={(event) => setMarket(event.currentTarget.value)}>
          {offered.some((one) => one.id === market) || <option value={market}>{market}</option>}
          {offered.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
      </Field>
      <SymbolsField isMany={isMany} symbols={symbols.data ?? []} initial={values.get("symbol") ?? ""} errors={errors} />
      {failure && (
        <p class="fair">There are no suggestions: {explain(failure)} You can type the symbol all the same.</p>
      )}
    </>
  );
}

async function readMarkets(exchange_id: string, signal: AbortSignal) {
  const params = { path: { exchange_id } };
  return (await dataOrThrow(api.GET("/api/v1/ingest/exchanges/{exchange_id}/markets", { params, signal }))).markets;
}

/** Also read by the page of an exchange. */
export async function readSymbols(exchange_id: string, market: string, signal: AbortSignal): Promise<string[]> {
  const params = { path: { exchange_id }, query: { market } };
  return (await dataOrThrow(api.GET("/api/v1/ingest/exchanges/{exchange_id}/symbols", { params, signal }))).symbols;
}

/** The symbols that were typed one a line, or with commas between. */
export const symbolsOf = (fields: FormData) => [
  ...new Set(
    String(fields.get("symbols") ?? "")
      .split(/[\s,;]+/)
      .filter(Boolean),
  ),
];
