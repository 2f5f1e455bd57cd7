import type { ComponentChildren } from "preact";

interface FieldsetProps {
  legend: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: ComponentChildren;
}

/** Fields that belong together, with what is wrong with them as a whole. */
export const Fieldset = ({ legend, hint, error, children }: FieldsetProps) => (
  <fieldset class="stack">
    <legend>{legend}</legend>
    {hint && <small class="quiet">{hint}</small>}
    {error && <small class="bad">{error}</small>}
    {children}
  </fieldset>
);

interface MoreProps {
  title?: string;
  isOpen?: boolean;
  children: ComponentChildren;
}

/** Folded away; opens for what is wrong in it, be it the server or the browser that says so. */
export const More = ({ title = "More settings", isOpen = false, children }: MoreProps) => (
  <details open={isOpen || undefined} onInvalidCapture={(event) => (event.currentTarget.open = true)}>
    <summary>{title}</summary>
    <div class="stack">{children}</div>
  </details>
);
