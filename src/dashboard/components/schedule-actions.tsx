import { ConfirmButton } from "./dialog.tsx";
import { notify } from "./notices.tsx";
import { useAction } from "./use-action.ts";

interface ScheduleActionsProps {
  name: string;
  enabled: boolean;
  setEnabled: (enabled: boolean) => Promise<unknown>;
  /** Null where it cannot be deleted here. */
  remove: (() => Promise<unknown>) | null;
  onDone: () => void;
}

/** Pause or resume a schedule, or delete it. */
export function ScheduleActions({ name, enabled, setEnabled, remove, onDone }: ScheduleActionsProps) {
  const change = useAction(async () => {
    await setEnabled(!enabled);
    notify(enabled ? `${name} is paused` : `${name} runs again`);
    onDone();
  });
  return (
    <div class="row" role="group" aria-label={`Actions for ${name}`}>
      <button type="button" disabled={change.isBusy} onClick={() => void change.run()}>
        {enabled ? "Pause" : "Resume"}
      </button>
      {remove && (
        <ConfirmButton
          label="Delete"
          question={`The schedule “${name.slice(0, 100)}” is deleted. What it has started and collected stays.`}
          onConfirm={async () => {
            await remove();
            notify(`${name} is deleted`);
            onDone();
          }}
        />
      )}
      {change.error && (
        <span class="bad" role="alert">
          {change.error}
        </span>
      )}
    </div>
  );
}
