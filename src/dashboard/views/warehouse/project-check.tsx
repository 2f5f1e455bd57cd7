import { dataOrThrow } from "../../../client/client.ts";
import { api } from "../../app/api.ts";
import { linkTo } from "../../app/route.ts";
import { PlainText } from "../../components/plain-text.tsx";

type Check = Awaited<ReturnType<typeof readCheck>>;

export const readCheck = (signal: AbortSignal) => dataOrThrow(api.GET("/api/dbt/project/check", { signal }));

/** Whether the project can be run, and what is wrong in which line. */
export function ProjectCheck({ check: { valid, nodes, problems, notes } }: { check: Check }) {
  const counts = Object.entries(nodes).filter(([, count]) => count > 0);
  return (
    <section class={valid ? "card" : "card problem"}>
      <h3>{valid ? "The project can be run" : "The project has problems"}</h3>
      <p class="quiet">
        {counts.length === 0
          ? "It has nothing to build yet."
          : counts.map(([kind, count]) => `${count} ${kind}`).join(", ")}
      </p>
      {problems.length > 0 && <Places label="Problems" places={problems} />}
      {notes.length > 0 && (
        <details>
          <summary>{notes.length} notes on what has no effect here</summary>
          <Places label="Notes" places={notes} />
        </details>
      )}
    </section>
  );
}

const Places = ({ label, places }: { label: string; places: Check["problems"] }) => (
  <ul aria-label={label}>
    {places.map(({ path, line, message }, index) => (
      <li key={index}>
        <a href={linkTo("warehouse", ["models", "files", path])}>
          <PlainText of={path} />
          {line !== null && `, line ${line}`}
        </a>
        : <PlainText of={message} most={500} />
      </li>
    ))}
  </ul>
);
