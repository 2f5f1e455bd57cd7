import { FileDrop } from "../../components/file-drop.tsx";
import { formatBytes } from "../../components/format.ts";
import { PlainText } from "../../components/plain-text.tsx";

interface ChosenFileProps {
  label: string;
  accept: string;
  file: File | null;
  /** Bytes that were sent; null while nothing is. */
  sent: number | null;
  onFile: (file: File) => void;
}

/** A place for one file, with its name once it is chosen and a bar while it is sent. */
export const ChosenFile = ({ label, accept, file, sent, onFile }: ChosenFileProps) => (
  <div class="stack">
    <FileDrop label={label} accept={accept} onFiles={([first]) => first && onFile(first)} />
    {file && (
      <p class="row" role="status">
        <strong>
          <PlainText of={file.name} />
        </strong>
        <span class="quiet">{formatBytes(file.size)}</span>
      </p>
    )}
    {file && sent !== null && (
      <progress aria-label="Progress of the upload" max={Math.max(1, file.size)} value={sent} />
    )}
  </div>
);
