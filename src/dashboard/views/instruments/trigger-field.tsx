import type { Schemas } from "../../../client/client.ts";
import { Field } from "../../components/form.tsx";

type Trigger = Schemas["Hook"]["trigger"];

const TITLES: Record<Trigger, string> = {
  pre_transfer: "Before the file is transferred",
  post_transfer: "After the file was transferred",
};

interface TriggerFieldProps {
  /** When it can run at all. */
  triggers: Trigger[];
  value: Trigger | undefined;
  error: string | undefined;
}

/** When a hook runs, where there is a choice. */
export function TriggerField({ triggers, value, error }: TriggerFieldProps) {
  if (triggers.length < 2) return null;
  return (
    <Field label="When" error={error}>
      <select name="trigger">
        {triggers.map((trigger) => (
          <option key={trigger} value={trigger} selected={trigger === value}>
            {TITLES[trigger]}
          </option>
        ))}
      </select>
    </Field>
  );
}
