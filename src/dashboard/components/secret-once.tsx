import { notify } from "./notices.tsx";

interface SecretOnceProps {
  label: string;
  secret: string;
  onClose: () => void;
}

/** A secret that the server shows this once; it is on the page until its reader is done with it. */
export function SecretOnce({ label, secret, onClose }: SecretOnceProps) {
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    notify("Copied");
  };
  return (
    <div class="secret stack" role="group" aria-label={label}>
      <p>
        <strong>{label}.</strong> It is shown this once: copy it now.
      </p>
      <code>{secret}</code>
      <div class="row">
        {window.isSecureContext && (
          <button type="button" onClick={() => void copy()}>
            Copy
          </button>
        )}
        <button type="button" onClick={onClose}>
          I have it
        </button>
      </div>
    </div>
  );
}
