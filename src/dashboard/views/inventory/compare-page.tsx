import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { describeSelection } from "./clouds.ts";
import { Differences } from "./differences.tsx";

const OFFERED = 200;

type Scan = Schemas["ExtractionListed"];

/** Two scans side by side. */
export function ComparePage() {
  const { query } = route.value;
  const [from, to] = [query.get("from") ?? "", query.get("to") ?? ""];
  const load = useLoad(
    async (signal) =>
      (await dataOrThrow(api.GET("/api/v1/extraction/jobs", { params: { query: { limit: OFFERED } }, signal }))).jobs,
    [],
  );
  const choose = (name: "from" | "to", id: string) => goTo(linkTo("inventory", ["compare"], { from, to, [name]: id }));
  return (
    <section aria-labelledby="compare">
      <h2 id="compare">Compare two scans</h2>
      <Loaded of={load}>
        {(scans) => {
          const ended = scans.filter(({ status }) => status !== "running");
          if (ended.length < 2) return <p>Two scans are needed that have ended; there are {ended.length}.</p>;
          return (
            <div class="columns">
              <ScanChoice label="Before" scans={ended} value={from} onChoose={(id) => choose("from", id)} />
              <ScanChoice label="After" scans={ended} value={to} onChoose={(id) => choose("to", id)} />
            </div>
          );
        }}
      </Loaded>
      {from !== "" && to !== "" && <Differences key={`${from} ${to}`} from={from} to={to} />}
    </section>
  );
}

interface ScanChoiceProps {
  label: string;
  scans: Scan[];
  value: string;
  onChoose: (id: string) => void;
}

const ScanChoice = ({ label, scans, value, onChoose }: ScanChoiceProps) => (
  <Field label={label}>
    <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      <option value="">Choose a scan</option>
      {value !== "" && scans.every(({ job_id }) => job_id !== value) && <option value={value}>{value}</option>}
      {scans.map((scan) => (
        <option key={scan.job_id} value={scan.job_id}>
          {`${new Date(scan.started_at).toLocaleString("en-GB")}: ${describeSelection(scan)}, ${scan.resources_extracted} found`.slice(
            0,
            150,
          )}
        </option>
      ))}
    </select>
  </Field>
);
