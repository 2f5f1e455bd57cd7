import type { Schemas } from "../../../client/client.ts";
import { formatValue } from "../format.ts";
import { PlainText } from "../plain-text.tsx";

type Changes = Schemas["AuditEntry"]["changes"];

/** The fields that changed, folded; each with its value before and after. */
export function AuditChanges({ of: changes }: { of: Changes }) {
  const fields = Object.entries(changes);
  if (fields.length === 0) return <span class="quiet">nothing to compare</span>;
  return (
    <details>
      <summary>
        {fields
          .slice(0, 3)
          .map(([name]) => name)
          .join(", ")}
        {fields.length > 3 && ` and ${fields.length - 3} more`}
      </summary>
      <dl class="changes">
        {fields.map(([name, { before, after }]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <Side of={before} /> → <Side of={after} />
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Side({ of: value }: { of: unknown }) {
  const text = formatValue(value);
  return text === "" ? <span class="quiet">nothing</span> : <PlainText of={text} />;
}
