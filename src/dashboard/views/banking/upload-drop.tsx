import { FileDrop } from "../../components/file-drop.tsx";
import { useAction } from "../../components/use-action.ts";

interface UploadDropProps {
  label: string;
  busy: string;
  accept: string;
  /** Sends one file; one after the other. */
  send: (file: File) => Promise<void>;
  onDone: () => void;
}

/** A place to drop files that are sent at once, and what the server refuses of them. */
export function UploadDrop({ label, busy, accept, send, onDone }: UploadDropProps) {
  const upload = useAction(async (chosen: File[]) => {
    try {
      for (const file of chosen) await send(file);
    } finally {
      // Those before a refused one are there.
      onDone();
    }
  });
  return (
    <>
      <FileDrop
        label={upload.isBusy ? busy : label}
        accept={accept}
        multiple
        onFiles={(chosen) => void upload.run(chosen)}
      />
      {upload.error && (
        <p class="bad" role="alert">
          {upload.error}
        </p>
      )}
    </>
  );
}
