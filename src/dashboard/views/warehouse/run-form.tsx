import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { goTo, linkTo } from "../../app/route.ts";
import { More } from "../../components/fieldset.tsx";
import { Field, Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";

const COMMANDS = {
  build: "Build: make and test everything in order",
  run: "Run: make the models",
  test: "Test: try the tests on what is there",
  seed: "Seed: load the project's CSV files",
  compile: "Compile: show the SQL, make nothing",
} as const;
type Command = keyof typeof COMMANDS;

const isCommand = (text: string | undefined): text is Command => text !== undefined && text in COMMANDS;
const wordsOf = (text: string | undefined) => text?.split(/\s+/) ?? [];

/** Starts dbt over the project, or the part of it that is selected, and goes to the run. */
export function RunForm() {
  const start = useAction(async (fields: FormData) => {
    const command = textOf(fields, "command");
    const body = {
      command: isCommand(command) ? command : "build",
      select: wordsOf(textOf(fields, "select")),
      exclude: wordsOf(textOf(fields, "exclude")),
      full_refresh: fields.has("full_refresh"),
      vars: {},
    };
    const { job_id } = await dataOrThrow(api.POST("/api/dbt/runs", { body }));
    goTo(linkTo("warehouse", ["models", "runs", job_id]));
  });
  return (
    <div class="card">
      <Form action={start} submit={start.isBusy ? "Starting …" : "Start"}>
        <Field label="What to do">
          <select name="command">
            {Object.entries(COMMANDS).map(([command, meaning]) => (
              <option key={command} value={command}>
                {meaning}
              </option>
            ))}
          </select>
        </Field>
        <More title="Only some models">
          <Field
            label="Only these (optional)"
            hint="Names of models, or tag:daily, with spaces between; orders+ also takes what is built on orders."
            error={start.fieldErrors["select"]}
          >
            <input name="select" />
          </Field>
          <Field label="Not these (optional)" error={start.fieldErrors["exclude"]}>
            <input name="exclude" />
          </Field>
          <Field label="Make incremental models anew">
            <input type="checkbox" name="full_refresh" />
          </Field>
        </More>
      </Form>
    </div>
  );
}
