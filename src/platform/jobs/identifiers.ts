/** `prefix_` and 16 digits: 13 of the time in ms, 3 of chance; sorts by time. Callers retry on a clash. */
export function timedId(prefix: "job" | "sched", now: number, random: () => number): string {
  const chance = Math.floor(random() * 1000);
  return `${prefix}_${String(now).padStart(13, "0")}${String(chance).padStart(3, "0")}`;
}
