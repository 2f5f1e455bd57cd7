import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { formatValue } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useAction } from "../../components/use-action.ts";
import type { Load } from "../../components/use-load.ts";
import type { FeatureSets } from "./feature-sets.ts";
import { formatInstant } from "./series.ts";

const ROWS = 50;

type Row = { ts: number } & Record<string, unknown>;

/** Candles with the features that were known at their time: the latest row of the set at or before each. */
export function FeatureJoin({ sets }: { sets: Load<FeatureSets> }) {
  const [rows, setRows] = useState<Row[] | null>(null);
  const join = useAction(async (fields: FormData) => {
    const choice = JSON.parse(textOf(fields, "features") ?? "[]") as [string, string, string, string];
    const [exchange, market, symbol, features] = choice;
    const [start = "", end = ""] = ["start", "end"].map((name) => textOf(fields, name));
    const query = { exchange, market, symbol, features, start, end, limit: ROWS, format: "json" as const };
    setRows((await dataOrThrow(api.GET("/read", { params: { query } }))) as Row[]);
  });
  const errors = join.fieldErrors;
  return (
    <section class="card stack" aria-labelledby="join">
      <h2 id="join">Features at a point in time</h2>
      <p>Each candle with what a set said last at that time, never with what came later.</p>
      <Loaded of={sets}>
        {({ feature_sets }) =>
          feature_sets.length === 0 ? (
            <p class="quiet">There are no features yet.</p>
          ) : (
            <Form action={join} submit="Show the rows">
              <Field label="Set and version" error={errors["features"]}>
                <select name="features" required>
                  {feature_sets.flatMap(({ exchange, market, symbol, name, versions }) =>
                    versions.map((version) => {
                      const value = JSON.stringify([exchange, market, symbol, `${name}@${version}`]);
                      return (
                        <option key={value} value={value}>
                          {`${name} ${version}, ${symbol} on ${exchange} ${market}`.slice(0, 200)}
                        </option>
                      );
                    }),
                  )}
                </select>
              </Field>
              <Field label="First day" error={errors["start"]}>
                <input name="start" type="date" required />
              </Field>
              <Field label="Last day" error={errors["end"]}>
                <input name="end" type="date" required />
              </Field>
            </Form>
          )
        }
      </Loaded>
      {rows && <JoinedRows rows={rows} />}
    </section>
  );
}

function JoinedRows({ rows }: { rows: Row[] }) {
  const columns = Object.keys(rows[0] ?? {}).filter((name) => name !== "ts");
  return (
    <>
      <Table
        label="Candles with features"
        rows={rows}
        keyOf={({ ts }) => ts}
        empty="There are no candles in these days."
        columns={[
          { title: "Time (UTC)", cell: ({ ts }) => formatInstant(ts) },
          ...columns.map((title) => ({
            title,
            isNumber: true,
            cell: (row: Row) => <PlainText of={formatValue(row[title])} />,
          })),
        ]}
      />
      {rows.length === ROWS && <p class="quiet">The first {ROWS} rows.</p>}
    </>
  );
}
