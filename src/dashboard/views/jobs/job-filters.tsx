import { goTo, linkTo } from "../../app/route.ts";
import { domains } from "../../components/domains.ts";
import { Field } from "../../components/form.tsx";
import { jobKinds, kindOfJob } from "../../components/job-kinds.ts";
import { type JobFilter, statuses } from "./job-filter.ts";

/** Choices that narrow the list; each change is an address of its own. */
export function JobFilters({ filter }: { filter: JobFilter }) {
  const choose = (change: Record<string, string>) => goTo(linkTo("jobs", [], { ...filter, ...change }));
  const types = new Set([...Object.keys(jobKinds), ...(filter.type === undefined ? [] : [filter.type])]);
  return (
    <form class="filters" role="search" aria-label="Filter jobs" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label="State"
        value={filter.status}
        options={statuses.map((status) => [status, status])}
        onChoose={(status) => choose({ status })}
      />
      <Choice
        label="Kind"
        value={filter.type}
        options={[...types].map((type) => [type, kindOfJob(type)])}
        onChoose={(type) => choose({ type })}
      />
      <Choice
        label="Domain"
        value={filter.domain}
        options={Object.entries(domains)}
        onChoose={(domain) => choose({ domain })}
      />
    </form>
  );
}

interface ChoiceProps {
  label: string;
  value: string | undefined;
  /** Values and what they are called. */
  options: [string, string][];
  onChoose: (value: string) => void;
}

const Choice = ({ label, value = "", options, onChoose }: ChoiceProps) => (
  <Field label={label}>
    <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
      <option value="">All</option>
      {options.map(([option, title]) => (
        <option key={option} value={option}>
          {title}
        </option>
      ))}
    </select>
  </Field>
);
