import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useAction } from "./use-action.ts";

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog; Escape and its button close it. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={heading} onClose={onClose}>
      <header class="row">
        <h2 id={heading}>{title}</h2>
        <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          ✕
        </button>
      </header>
      {children}
    </dialog>
  );
}

interface ConfirmProps {
  /** What the button that asks says. */
  label: string;
  /** What will happen, as a sentence. */
  question: string;
  onConfirm: () => Promise<unknown>;
}

/** A button for what cannot be undone: it asks once more before it does it. */
export function ConfirmButton({ label, question, onConfirm }: ConfirmProps) {
  const [isAsking, setAsking] = useState(false);
  const action = useAction(onConfirm);
  const confirm = async () => {
    if (await action.run()) setAsking(false);
  };
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        {label}
      </button>
      {isAsking && (
        <Dialog title={label} onClose={() => setAsking(false)}>
          <p>{question}</p>
          {action.error && (
            <p class="bad" role="alert">
              {action.error}
            </p>
          )}
          <div class="row">
            <button type="button" class="danger" disabled={action.isBusy} onClick={() => void confirm()}>
              {label}
            </button>
            <button type="button" onClick={() => setAsking(false)}>
              Go back
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}
