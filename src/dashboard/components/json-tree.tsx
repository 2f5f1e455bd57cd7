import { useState } from "preact/hooks";
import { PlainText } from "./plain-text.tsx";

/** Entries of one list or object that are drawn at once. */
const SHOWN = 100;

interface JsonTreeProps {
  value: unknown;
  /** Said before the value; nothing at the root. */
  name?: string;
  isOpen?: boolean;
}

/** A value of any kind as a tree that opens branch by branch; only what is open is drawn. */
export function JsonTree({ value, name, isOpen = false }: JsonTreeProps) {
  const [isDrawn, setDrawn] = useState(isOpen);
  const [shown, setShown] = useState(SHOWN);
  if (typeof value !== "object" || value === null) return <Leaf name={name} value={value} />;
  const entries = Object.entries(value);
  const [one, many] = Array.isArray(value) ? ["entry", "entries"] : ["field", "fields"];
  const count = `${entries.length} ${entries.length === 1 ? one : many}`;
  if (entries.length === 0) return <Leaf name={name} value={Array.isArray(value) ? "none" : "nothing"} />;
  return (
    <details class="tree" open={isOpen} onToggle={(event) => event.currentTarget.open && setDrawn(true)}>
      <summary>
        {name !== undefined && <PlainText of={name} />} <span class="quiet">{count}</span>
      </summary>
      {isDrawn && (
        <ul>
          {entries.slice(0, shown).map(([key, entry]) => (
            <li key={key}>
              <JsonTree name={key} value={entry} />
            </li>
          ))}
        </ul>
      )}
      {isDrawn && entries.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          More of {entries.length}
        </button>
      )}
    </details>
  );
}

const Leaf = ({ name, value }: { name: string | undefined; value: unknown }) => (
  <span>
    {name !== undefined && (
      <span class="quiet">
        <PlainText of={name} />:{" "}
      </span>
    )}
    <PlainText of={value === null ? "none" : String(value)} most={1000} />
  </span>
);
