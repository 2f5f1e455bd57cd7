import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { goTo, linkTo, route } from "../app/route.ts";

interface FilterFormProps {
  /** Names the form for those who do not see it. */
  label: string;
  view: string;
  /** Address of the list within the view. */
  path: string[];
  children: ComponentChildren;
}

/** Fields that narrow a list; their values live in the address, by their names, and Back brings earlier ones back. */
export function FilterForm({ label, view, path, children }: FilterFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const { query } = route.value;
  useEffect(() => {
    for (const control of form.current?.elements ?? []) {
      if (control instanceof HTMLInputElement || control instanceof HTMLSelectElement) {
        control.value = query.get(control.name) ?? "";
      }
    }
  }, [query.toString()]);
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const fields = [...new FormData(event.currentTarget as HTMLFormElement)];
    goTo(linkTo(view, path, Object.fromEntries(fields.map(([name, value]) => [name, String(value).trim()]))));
  };
  return (
    <form ref={form} class="filters" role="search" aria-label={label} onSubmit={apply}>
      {children}
      <span class="row">
        <button type="submit">Show</button>
        {query.size > 0 && <a href={linkTo(view, path)}>Clear</a>}
      </span>
    </form>
  );
}

/** Where a list that is paged by offset stands, in the address beside its filters. */
export function useOffset(view: string, path: string[]) {
  const { query } = route.value;
  const offset = Math.max(0, Number(query.get("offset")) || 0);
  const move = (next: number) =>
    goTo(linkTo(view, path, { ...Object.fromEntries(query), offset: next === 0 ? undefined : String(next) }));
  return { offset, move };
}
