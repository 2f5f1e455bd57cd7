import { useRef, useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { route } from "../../app/route.ts";
import { Field, Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";
import { QueryAnswer } from "./query-answer.tsx";
import { QueryHistory, rememberQuery } from "./query-history.tsx";

const LIMITS = [100, 1000, 10_000];

/** An answer with what was asked and how long it took, in ms. */
export interface Answered {
  sql: string;
  answer: Schemas["QueryAnswer"];
  took: number;
}

/** A box for SQL; queries that were run are kept until the page is left. */
export function Sql() {
  const table = route.value.query.get("table");
  const box = useRef<HTMLTextAreaElement>(null);
  const [answered, setAnswered] = useState<Answered | null>(null);
  const query = useAction(async (fields: FormData) => {
    const sql = textOf(fields, "sql") ?? "";
    rememberQuery(sql);
    setAnswered(null);
    const start = performance.now();
    const body = { sql, limit: Number(fields.get("limit")) };
    const answer = await dataOrThrow(api.POST("/api/query", { body }));
    setAnswered({ sql, answer, took: performance.now() - start });
  });
  const write = (sql: string) => {
    if (!box.current) return;
    box.current.value = sql;
    box.current.focus();
  };
  return (
    <>
      <h2>SQL</h2>
      <div class="card">
        <Form action={query} submit={query.isBusy ? "Running …" : "Run"}>
          <Field
            label="Query"
            hint="One SELECT in SQLite's dialect. Tables have the names that their pages show, such as raw_sales__sales. Ctrl+Enter runs it."
            error={query.fieldErrors["sql"]}
          >
            <textarea
              ref={box}
              class="code"
              name="sql"
              rows={6}
              required
              spellcheck={false}
              defaultValue={table === null ? "" : `SELECT * FROM ${quoteName(table)} LIMIT 100`}
              onKeyDown={runOnControlEnter}
            />
          </Field>
          <Field label="At most">
            <select name="limit">
              {LIMITS.map((limit) => (
                <option key={limit} value={limit} selected={limit === 1000}>
                  {limit.toLocaleString("en")} rows
                </option>
              ))}
            </select>
          </Field>
        </Form>
      </div>
      {answered && <QueryAnswer key={answered.took} {...answered} />}
      <QueryHistory onChoose={write} />
    </>
  );
}

function runOnControlEnter(event: KeyboardEvent): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (event.currentTarget instanceof HTMLTextAreaElement) event.currentTarget.form?.requestSubmit();
}

/** An identifier of SQLite, in quotes where it needs them. */
const quoteName = (name: string) => (/^[a-z_][a-z0-9_]*$/i.test(name) ? name : `"${name.replaceAll('"', '""')}"`);
