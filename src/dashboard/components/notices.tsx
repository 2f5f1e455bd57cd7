import { signal } from "@preact/signals";

const SHOWN_FOR = 6000;

const notices = signal<{ id: number; text: string }[]>([]);
let count = 0;

/** Says that something was done, to eyes and screen readers; it goes by itself. */
export function notify(text: string): void {
  const id = ++count;
  notices.value = [...notices.value, { id, text }];
  window.setTimeout(() => (notices.value = notices.value.filter((notice) => notice.id !== id)), SHOWN_FOR);
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
