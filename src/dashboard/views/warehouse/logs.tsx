import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { useOffset } from "../../components/filter-form.tsx";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { OffsetPager } from "../../components/pager.tsx";
import { useLoad } from "../../components/use-load.ts";
import { LogTable } from "../../components/log-table.tsx";
import { isModelFrame } from "./model-state.ts";
import { isSourceFrame } from "./source-state.ts";

const LINES = 2000;
const PAGE = 100;
const LEVELS = ["INFO", "SUCCESS", "WARNING", "ERROR"];

/** What happened to all sources and models, by source, level and words. */
export function Logs() {
  const log = useLoad(
    (signal) => dataOrThrow(api.GET("/api/logs", { params: { query: { limit: LINES } }, signal })),
    [],
    {
      refreshOn: (frame) => isSourceFrame(frame) || isModelFrame(frame),
    },
  );
  const { query } = route.value;
  const filters = {
    source: query.get("source") ?? "",
    level: query.get("level") ?? "",
    words: query.get("words") ?? "",
  };
  const { offset, move } = useOffset("warehouse", ["logs"]);
  const show = (change: Record<string, string>) =>
    goTo(linkTo("warehouse", ["logs"], { ...filters, ...change }), { replace: true });
  return (
    <>
      <h2>Log</h2>
      <Loaded of={log}>
        {(lines) => {
          const names = [...new Set(lines.map(({ source }) => source ?? ""))].filter((name) => name !== "").sort();
          const found = lines.filter(
            ({ source, level, message }) =>
              (filters.source === "" || source === filters.source) &&
              (filters.level === "" || level === filters.level) &&
              message.toLowerCase().includes(filters.words.toLowerCase()),
          );
          const shown = found.slice(offset, offset + PAGE);
          return (
            <>
              <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
                <Select label="Source" value={filters.source} options={names} onChoose={(source) => show({ source })} />
                <Select label="Level" value={filters.level} options={LEVELS} onChoose={(level) => show({ level })} />
                <Field label="Words">
                  <input
                    type="search"
                    value={filters.words}
                    onInput={(event) => show({ words: event.currentTarget.value })}
                  />
                </Field>
              </form>
              <LogTable lines={shown} empty="Nothing of that kind has happened." showsSource />
              <OffsetPager {...{ offset, limit: PAGE, total: found.length, shown: shown.length }} onMove={move} />
              {lines.length === LINES && <p class="quiet">Older lines than the latest {LINES} are not looked at.</p>}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

interface SelectProps {
  label: string;
  value: string;
  options: string[];
  onChoose: (value: string) => void;
}

const Select = ({ label, value, options, onChoose }: SelectProps) => (
  <Field label={label}>
    <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      <option value="">All</option>
      {value !== "" && !options.includes(value) && <option value={value}>{value}</option>}
      {options.map((option) => (
        <option key={option} value={option}>
          {option}
        </option>
      ))}
    </select>
  </Field>
);
