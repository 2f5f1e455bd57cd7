import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { person } from "../../app/session.ts";
import { FilterForm, useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { isJobFrame } from "../../components/use-job.ts";
import { useLoad } from "../../components/use-load.ts";
import { InstrumentFilter } from "./instrument-filter.tsx";
import { pageOf } from "../../components/lists.ts";
import { TransferTable } from "./transfer-table.tsx";

type Status = Schemas["FileTransfer"]["status"];

const PAGE_ROWS = 25;
const STATES: Record<Status, string> = {
  pending: "Waiting",
  in_progress: "Under way",
  completed: "Completed",
  failed: "Failed",
  skipped: "Skipped",
};

const isStatus = (text: string | null): text is Status => text !== null && text in STATES;

/** Files on their way, and what became of them. */
export function Transfers() {
  const { query } = route.value;
  const instrument = query.get("instrument");
  const status = query.get("status");
  const { offset, move } = useOffset("instruments", ["transfers"]);
  const transfers = useLoad(
    async (signal) => {
      const asked = {
        ...{ skip: offset, limit: PAGE_ROWS },
        ...(instrument !== null && { instrument_id: instrument }),
        ...(isStatus(status) && { status }),
      };
      return pageOf(await dataOrThrow(api.GET("/api/transfers", { params: { query: asked }, signal })));
    },
    [offset, instrument, status],
    { refreshOn: (frame) => isJobFrame(frame, ["harvest"]) },
  );
  return (
    <section class="stack">
      <h2>Transfers</h2>
      <FilterForm label="Which transfers" view="instruments" path={["transfers"]}>
        {person.value?.role === "admin" && <InstrumentFilter />}
        <Field label="State">
          <select name="status">
            <option value="">All</option>
            {Object.entries(STATES).map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </Field>
      </FilterForm>
      <Loaded of={transfers}>
        {({ items, total }) => (
          <>
            <TransferTable transfers={items} empty="No such transfer. A harvest makes one for every file." />
            <OffsetPager offset={offset} limit={PAGE_ROWS} total={total} shown={items.length} onMove={move} />
          </>
        )}
      </Loaded>
    </section>
  );
}
