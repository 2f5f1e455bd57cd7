import type { ComponentChildren } from "preact";
import { Problem } from "./problem.tsx";
import type { Load } from "./use-load.ts";

interface LoadedProps<Data> {
  of: Load<Data>;
  children: (data: Data) => ComponentChildren;
}

/** What was read, or why it could not be; old data stay on the page beside the error of a later read. */
export function Loaded<Data>({ of: { data, error, isLoading, reload }, children }: LoadedProps<Data>) {
  return (
    <div aria-busy={isLoading}>
      {error && <Problem error={error} onRetry={reload} />}
      {data === null && !error && <p class="quiet">Loading …</p>}
      {data !== null && children(data)}
    </div>
  );
}
