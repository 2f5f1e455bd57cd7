import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { Select } from "../../components/select.tsx";
import { useLoad } from "../../components/use-load.ts";
import { readSymbols } from "./series-fields.tsx";

const LIMIT = 100;

/** The markets of an exchange and what trades on them. */
export function ExchangePage({ id }: { id: string }) {
  const { query } = route.value;
  const path = ["exchanges", id];
  const params = { path: { exchange_id: id } };
  const markets = useLoad(
    (signal) => dataOrThrow(api.GET("/api/v1/ingest/exchanges/{exchange_id}/markets", { params, signal })),
    [id],
  );
  const market = query.get("market") ?? "";
  return (
    <section aria-labelledby="exchange">
      <p>
        <a href={linkTo("market-data", ["exchanges"])}>All exchanges</a>
      </p>
      <h2 id="exchange">{id}</h2>
      <Loaded of={markets}>
        {(data) => (
          <>
            <FilterForm label="Find a symbol" view="market-data" path={path}>
              <Field label="Market">
                <Select
                  name="market"
                  initial={market}
                  options={{
                    "": "the usual one",
                    ...Object.fromEntries(data.markets.map(({ id: one, name }) => [one, name])),
                  }}
                />
              </Field>
              <Field label="Symbol" hint="Any part of it">
                <input name="symbol" type="search" maxLength={64} />
              </Field>
            </FilterForm>
            <Symbols id={id} market={market || usualOf(data.markets.map((one) => one.id))} path={path} />
          </>
        )}
      </Loaded>
    </section>
  );
}

const usualOf = (markets: string[]) => (markets.includes("spot") ? "spot" : (markets[0] ?? "spot"));

function Symbols({ id, market, path }: { id: string; market: string; path: string[] }) {
  const { offset, move } = useOffset("market-data", path);
  const load = useLoad((signal) => readSymbols(id, market, signal), [id, market]);
  const wanted = (route.value.query.get("symbol") ?? "").toUpperCase();
  return (
    <Loaded of={load}>
      {(symbols) => {
        const found = symbols.filter((symbol) => symbol.toUpperCase().includes(wanted));
        const shown = found.slice(offset, offset + LIMIT);
        return (
          <>
            <p class="quiet">
              {formatCount(found.length)} symbols trade on {market}. Choose one to download it.
            </p>
            <ul class="exchanges">
              {shown.map((symbol) => (
                <li key={symbol}>
                  <a href={linkTo("market-data", ["download"], { exchange: id, market, symbol })}>{symbol}</a>
                </li>
              ))}
            </ul>
            <OffsetPager offset={offset} limit={LIMIT} total={found.length} shown={shown.length} onMove={move} />
          </>
        );
      }}
    </Loaded>
  );
}
