import { randomBytes } from "node:crypto";

/** Text that only some may ever read, and that no request has unless it says so itself. */
export interface Marker {
  text: string;
  what: string;
  /** Names of the actors that may read it; none for a secret. */
  readers: readonly string[];
}

export interface Markers {
  list: Marker[];
  /** Makes a marker that these may read. */
  mark(what: string, ...readers: string[]): string;
  /** Remembers, or makes, what nobody may read. */
  secret(what: string, text?: string): string;
  isIn(text: string): boolean;
}

/** No name of ours has such letters in it. */
export const randomText = () => `zq${randomBytes(12).toString("hex")}`;

export function createMarkers(): Markers {
  const list: Marker[] = [];
  const add = (what: string, text: string, readers: readonly string[]) => {
    list.push({ text, what, readers });
    return text;
  };
  return {
    list,
    mark: (what, ...readers) => add(what, randomText(), readers),
    secret: (what, text = randomText()) => add(what, text, []),
    isIn: (text) => list.some((marker) => text.includes(marker.text)),
  };
}
