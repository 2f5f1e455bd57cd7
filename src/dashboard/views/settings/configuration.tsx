import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo, route } from "../../app/route.ts";
import { Field } from "../../components/form.tsx";
import { Loaded } from "../../components/loaded.tsx";
import { Table } from "../../components/table.tsx";
import { useLoad } from "../../components/use-load.ts";

type Setting = Schemas["Setting"];

/** Every key of the configuration as the server has read it; of secrets only whether they are set. */
export function Configuration() {
  const configuration = useLoad((signal) => dataOrThrow(api.GET("/admin/configuration", { signal })), []);
  const { query } = route.value;
  const [text, which] = [query.get("text") ?? "", query.get("which") ?? ""];
  const narrow = (change: Record<string, string>) =>
    goTo(linkTo("settings", ["configuration"], { text, which, ...change }), { replace: true });
  return (
    <section aria-labelledby="configuration">
      <h2 id="configuration">Configuration</h2>
      <p class="quiet">
        Settings are read when the server starts: from <code>.dev.vars</code> on your machine, and from the Worker's
        vars and secrets where it is deployed. They cannot be changed here.
      </p>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <Field label="Search">
          <input type="search" value={text} onInput={(event) => narrow({ text: event.currentTarget.value })} />
        </Field>
        <Field label="Show">
          <select value={which} onChange={(event) => narrow({ which: event.currentTarget.value })}>
            <option value="">All settings</option>
            <option value="set">What is set</option>
            <option value="default">What has its default</option>
          </select>
        </Field>
      </form>
      <Loaded of={configuration}>
        {({ settings }) => (
          <Table
            label="Settings"
            rows={settings.filter((setting) => isWanted(setting, text, which))}
            keyOf={({ key }) => key}
            columns={columns}
            empty="No setting is like this."
          />
        )}
      </Loaded>
    </section>
  );
}

const columns = [
  { title: "Key", cell: ({ key }: Setting) => <code class="nowrap">{key}</code> },
  { title: "Value", cell: (setting: Setting) => <Value of={setting} /> },
  { title: "From", cell: ({ is_set }: Setting) => (is_set ? "set" : <span class="quiet">default</span>) },
  { title: "Meaning", cell: ({ description }: Setting) => withCode(description) },
];

function Value({ of: { is_secret, is_set, value } }: { of: Setting }) {
  if (is_secret) return <span class="quiet">{is_set ? "secret, set" : "secret, not set"}</span>;
  if (value === "" || value === null) return <span class="quiet">empty</span>;
  return <code class="wrapped">{value}</code>;
}

/** What stands between backticks is code. */
const withCode = (text: string) =>
  text.split("`").map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));

function isWanted({ key, description, is_set }: Setting, text: string, which: string): boolean {
  if (which !== "" && is_set !== (which === "set")) return false;
  return `${key} ${description}`.toLowerCase().includes(text.trim().toLowerCase());
}
