import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { ConfirmButton } from "../../components/dialog.tsx";
import { Field } from "../../components/form.tsx";
import { formatCount } from "../../components/format.ts";
import { Loaded } from "../../components/loaded.tsx";
import { notify } from "../../components/notices.tsx";
import { PlainText } from "../../components/plain-text.tsx";
import { Status } from "../../components/status.tsx";
import { type Column, Table } from "../../components/table.tsx";
import { Time } from "../../components/time.tsx";
import { useAction } from "../../components/use-action.ts";
import { useLoad } from "../../components/use-load.ts";
import { isModelFrame } from "./model-state.ts";
import { RunForm } from "./run-form.tsx";

type Model = Schemas["DbtModel"];

const readModels = (signal: AbortSignal) => dataOrThrow(api.GET("/api/dbt/models", { signal }));

/** Every model with how it is, and the buttons that build them. */
export function ModelList() {
  const models = useLoad(readModels, [], { refreshOn: isModelFrame });
  const [words, setWords] = useState("");
  const run = useAction(async ({ name }: Model) => {
    const params = { path: { model_name: name } };
    const { job_id } = await dataOrThrow(api.POST("/api/dbt/models/{model_name}/run", { params }));
    goTo(linkTo("warehouse", ["models", "runs", job_id]));
  });
  const columns: Column<Model>[] = [
    { title: "Model", cell: (model) => <Name model={model} /> },
    { title: "About", cell: ({ description }) => <PlainText of={description} most={300} /> },
    { title: "Made as", cell: ({ materialization }) => materialization },
    {
      title: "Built on",
      cell: ({ depends_on }) => <PlainText of={depends_on.join(", ")} />,
    },
    { title: "Rows", isNumber: true, cell: ({ row_count }) => (row_count === null ? "" : formatCount(row_count)) },
    { title: "Last run", cell: ({ last_run }) => <Time at={last_run} /> },
    { title: "State", cell: (model) => <State model={model} /> },
    {
      title: "Run",
      cell: (model) => (
        <button
          type="button"
          disabled={run.isBusy}
          aria-label={`Run ${model.name}`}
          onClick={() => void run.run(model)}
        >
          Run
        </button>
      ),
    },
  ];
  return (
    <>
      <RunForm />
      <Field label="Find a model">
        <input type="search" value={words} onInput={(event) => setWords(event.currentTarget.value)} />
      </Field>
      {run.error && (
        <p class="bad" role="alert">
          {run.error}
        </p>
      )}
      <Loaded of={models}>
        {({ models: all, vanished }) => (
          <>
            <Table
              label="Models"
              columns={columns}
              rows={all.filter((model) => matches(model, words))}
              keyOf={({ unique_id }) => unique_id}
              empty="There are no models. Syncs write some over their tables; write your own under Project files."
            />
            {vanished.length > 0 && (
              <Vanished names={vanished.map(({ schema, name }) => `${schema}.${name}`)} onChange={models.reload} />
            )}
          </>
        )}
      </Loaded>
    </>
  );
}

/** Leads to its table where it has one. */
const Name = ({ model: { schema, name, materialization, status, path } }: { model: Model }) => (
  <>
    {status === "success" && materialization !== "ephemeral" ? (
      <a href={linkTo("warehouse", ["tables", schema, name])}>
        <PlainText of={name} />
      </a>
    ) : (
      <PlainText of={name} />
    )}
    <br />
    <a class="small" href={linkTo("warehouse", ["models", "files", path])}>
      File
    </a>
  </>
);

const State = ({ model: { status, error } }: { model: Model }) => (
  <>
    <Status of={status ?? "never run"} />
    {error && (
      <>
        <br />
        <PlainText of={error} />
      </>
    )}
  </>
);

function Vanished({ names, onChange }: { names: string[]; onChange: () => void }) {
  const clean = async () => {
    const { dropped } = await dataOrThrow(api.POST("/api/dbt/clean"));
    notify(`${dropped.length} dropped`);
    onChange();
  };
  return (
    <section class="card stack">
      <h3>Tables of models that are gone</h3>
      <p>No model of the project builds these any more:</p>
      <p>
        <PlainText of={names.join(", ")} most={2000} />
      </p>
      <div>
        <ConfirmButton label="Drop them" question={`${names.length} tables will be gone for good.`} onConfirm={clean} />
      </div>
    </section>
  );
}

const matches = ({ name, schema, description, tags }: Model, words: string) =>
  [name, schema, description, ...tags].join(" ").toLowerCase().includes(words.trim().toLowerCase());
