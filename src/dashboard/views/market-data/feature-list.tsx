import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { formatBytes } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";

const LIMIT = 20;
const PATH = ["features"];

/** A page of the features that the address asks for. */
export function useFeatures() {
  const { query } = route.value;
  const { offset } = useOffset("market-data", PATH);
  const [symbol, feature_set] = ["symbol", "feature_set"].map((name) => query.get(name) || undefined);
  return useLoad(
    (signal) =>
      dataOrThrow(
        api.GET("/api/v1/features", { params: { query: { symbol, feature_set, limit: LIMIT, offset } }, signal }),
      ),
    [query.toString()],
  );
}

interface FeatureListProps {
  features: ReturnType<typeof useFeatures>;
  onChange: () => void;
}

/** Every version of every set, with its file. */
export function FeatureList({ features, onChange }: FeatureListProps) {
  const { offset, move } = useOffset("market-data", PATH);
  const remove = async (id: string) => {
    const path = { feature_id: Number(id) };
    const { message } = await dataOrThrow(api.DELETE("/api/v1/features/{feature_id}", { params: { path } }));
    notify(message);
    onChange();
  };
  return (
    <section aria-labelledby="features">
      <h2 id="features">Features</h2>
      <FilterForm label="Narrow the list of features" view="market-data" path={PATH}>
        <Field label="Symbol">
          <input name="symbol" type="search" maxLength={64} />
        </Field>
        <Field label="Set">
          <input name="feature_set" type="search" maxLength={200} />
        </Field>
      </FilterForm>
      <Loaded of={features}>
        {({ datasets, total }) => (
          <>
            <Table
              label="Features"
              rows={datasets}
              keyOf={({ id }) => id}
              empty="There are none. Features are columns of your own, such as indicators, that belong to a series: upload a file below."
              columns={[
                { title: "Set", cell: ({ data_type }) => <PlainText of={data_type} /> },
                { title: "Version", cell: ({ timeframe }) => <PlainText of={timeframe} /> },
                { title: "Series", cell: (row) => <PlainText of={`${row.symbol} on ${row.exchange} ${row.market}`} /> },
                { title: "Size", isNumber: true, cell: ({ file_size_bytes }) => formatBytes(file_size_bytes) },
                { title: "From (UTC)", cell: ({ last_modified }) => last_modified.replace("T", " ") },
                {
                  title: "File",
                  cell: ({ id }) => <a href={`/api/v1/features/${encodeURIComponent(id)}/download`}>Download</a>,
                },
                {
                  title: "Change",
                  cell: ({ id, data_type, timeframe }) => (
                    <ConfirmButton
                      label="Delete"
                      question={`Version ${timeframe.slice(0, 100)} of ${data_type.slice(0, 100)} and its file are deleted.`}
                      onConfirm={() => remove(id)}
                    />
                  ),
                },
              ]}
            />
            <OffsetPager offset={offset} limit={LIMIT} total={total} shown={datasets.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}
