import { useState } from "preact/hooks";
import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo, route } from "../../app/route.ts";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { useLoad } from "../../components/use-load.ts";
import { NewSource } from "./new-source.tsx";
import { readSourceTypes, type SourceType } from "./source-config.ts";

/** First what kind of source, then its settings. */
export function SourceAdd() {
  const types = useLoad(readSourceTypes, []);
  const sources = useLoad((signal) => dataOrThrow(api.GET("/api/sources", { signal })), []);
  const chosen = route.value.query.get("type");
  return (
    <Loaded of={types}>
      {(known) => {
        const type = known.find((one) => one.type === chosen && one.available);
        if (!type) return <TypeChoice types={known} />;
        const taken = sources.data?.map(({ name }) => name);
        return taken ? <NewSource key={type.type} type={type} taken={taken} /> : <p class="quiet">Loading …</p>;
      }}
    </Loaded>
  );
}

const GROUPS: Record<string, string> = {
  local: "Files and any API",
  databases: "Databases",
  marketing: "Marketing",
  crm: "Customers and work",
  payments: "Payments and shops",
  files: "Documents",
  communication: "Communication",
  dev: "Development",
  streaming: "Streams",
  other: "Other",
};

/** Every kind by its group; those that cannot run here say why. */
function TypeChoice({ types }: { types: SourceType[] }) {
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  const found = types.filter(({ type, title, description }) =>
    `${type} ${title} ${description}`.toLowerCase().includes(wanted),
  );
  const groups = [...new Set([...Object.keys(GROUPS), ...types.map(({ group }) => group)])];
  return (
    <>
      <h2>Add a source: of what kind?</h2>
      <Field label="Find a kind">
        <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      </Field>
      <p role="status" class="quiet">
        {found.length === 0
          ? "No kind of source is called so. Try “REST API”, which reads most others."
          : `${found.length} kinds`}
      </p>
      {groups
        .map((group) => [group, found.filter((type) => type.group === group)] as const)
        .filter(([, members]) => members.length > 0)
        .map(([group, members]) => (
          <section key={group}>
            <h3>{GROUPS[group] ?? group}</h3>
            <ul class="kinds">
              {members.map((type) => (
                <Kind key={type.type} type={type} />
              ))}
            </ul>
          </section>
        ))}
    </>
  );
}

const Kind = ({ type: { type, title, description, available, unavailable_reason } }: { type: SourceType }) => (
  <li class="card">
    {available ? <a href={linkTo("warehouse", ["add"], { type })}>{title}</a> : <span>{title}</span>}
    <small class="quiet">{available ? description : `Cannot run here: ${unavailable_reason}.`}</small>
  </li>
);
