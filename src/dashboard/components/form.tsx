import type { ComponentChildren } from "preact";
import type { Action } from "./use-action.ts";

interface FormProps {
  action: Action<[FormData]>;
  /** What the button says. */
  submit: string;
  /** The button does nothing yet. */
  isBlocked?: boolean;
  /** For what cannot be undone. */
  isDanger?: boolean;
  children: ComponentChildren;
}

/** Fields with one button; what the server refuses is said beside it. Fields are read by their names. */
export function Form({ action, submit, isBlocked = false, isDanger = false, children }: FormProps) {
  const send = (event: SubmitEvent) => {
    event.preventDefault();
    if (isBlocked) return;
    void action.run(new FormData(event.currentTarget as HTMLFormElement));
  };
  return (
    <form class="stack" onSubmit={send}>
      {children}
      {action.error && (
        <p class="bad" role="alert">
          {action.error}
        </p>
      )}
      <div>
        <button type="submit" class={isDanger ? "danger" : "primary"} disabled={action.isBusy || isBlocked}>
          {submit}
        </button>
      </div>
    </form>
  );
}

interface FieldProps {
  label: string;
  hint?: string;
  error?: string | undefined;
  children: ComponentChildren;
}

/** A label around its control, with a hint and what is wrong with it. */
export function Field({ label, hint, error, children }: FieldProps) {
  return (
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small class="quiet">{hint}</small>}
      {error && <small class="bad">{error}</small>}
    </label>
  );
}

/** The text of a field, without spaces around it; undefined when it is empty. */
export function textOf(fields: FormData, name: string): string | undefined {
  const value = fields.get(name);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
