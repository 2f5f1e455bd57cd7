import { Field } from "../../components/form.tsx";
import { type ChoiceKind, useChoices } from "./choices.ts";

interface ChoiceFieldProps {
  label: string;
  name: string;
  kind: ChoiceKind;
  /** What an empty choice says; without it something must be chosen. */
  none?: string;
  value?: string | null;
  hint?: string;
  error?: string | undefined;
}

/** One of what there is, by its name; a value that is not among it stays as it is until another one is chosen. */
export function ChoiceField({ label, name, kind, none, value, hint, error }: ChoiceFieldProps) {
  const { data: choices, error: fault } = useChoices(kind);
  const isUnknown = (value ?? "") !== "" && !choices?.some(({ id }) => id === value);
  const isEmpty = choices?.length === 0 && none === undefined;
  return (
    <Field
      label={label}
      error={error ?? (fault ? "What there is to choose could not be read" : isEmpty ? "There is none yet" : undefined)}
      {...(hint !== undefined && { hint })}
    >
      <select key={choices ? "read" : "unread"} name={name} required={none === undefined}>
        <option value="">{none ?? "Choose …"}</option>
        {isUnknown && (
          <option value={value ?? ""} selected>
            {value} (as it is)
          </option>
        )}
        {choices?.map((choice) => (
          <option key={choice.id} value={choice.id} selected={choice.id === value}>
            {choice.name}
          </option>
        ))}
      </select>
    </Field>
  );
}
