import { useState } from "preact/hooks";
import { dataOrThrow, type Schemas } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { Form, textOf } from "../../components/form.tsx";
import { useAction } from "../../components/use-action.ts";
import { ChoiceField } from "./choice-field.tsx";

type Explanation = Schemas["AccessExplanation"];

const REASONS: Record<Explanation["reasons"][number], string> = {
  admin: "they are an admin",
  owner: "the file is theirs",
  instrument_access: "they see all files of the instrument",
  user_grant: "the file was granted to them",
  group_grant: "the file was granted to a group of theirs",
  project_grant: "the file was granted to a project of theirs",
};

/** Says whether and why somebody sees a file. */
export function FileExplanation({ file }: { file: string }) {
  const [explanation, setExplanation] = useState<Explanation | null>(null);
  const explain = useAction(async (fields: FormData) => {
    const params = { path: { id: file }, query: { user: textOf(fields, "user") ?? "" } };
    setExplanation(await dataOrThrow(api.GET("/api/files/{id}/access/explain", { params })));
  });
  return (
    <section class="card stack">
      <h3>Why does somebody see it?</h3>
      <Form action={explain} submit="Explain">
        <ChoiceField label="Person" name="user" kind="user" />
      </Form>
      {explanation && <p role="status">{describe(explanation)}</p>}
    </section>
  );
}

function describe({ allowed, blocked, reasons }: Explanation): string {
  const because = reasons.map((reason) => REASONS[reason]).join(", and ");
  if (blocked) return "They do not see it: their account is blocked.";
  return allowed ? `They see it: ${because}.` : "They do not see it: there is no reason why they should.";
}
