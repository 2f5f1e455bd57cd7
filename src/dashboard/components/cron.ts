const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A cron expression of five fields in words where it is a usual one; else as it is. */
export function describeCron(expression: string): string {
  const [minute = "", hour = "", day = "", month = "", weekday = "", ...rest] = expression.trim().split(/\s+/);
  if (month !== "*" || rest.length > 0) return expression;
  const every = /^\*\/(\d+)$/.exec(minute)?.[1];
  if (every && [hour, day, weekday].every((field) => field === "*")) return `every ${every} minutes`;
  if (!/^\d+$/.test(minute)) return expression;
  if (hour === "*" && day === "*" && weekday === "*") return `every hour at minute ${minute}`;
  if (!/^\d+$/.test(hour)) return expression;
  const time = `${hour.padStart(2, "0")}:${minute.padStart(2, "0")}`;
  if (day === "*" && weekday === "*") return `every day at ${time}`;
  if (day === "*" && /^[0-7]$/.test(weekday)) return `every ${DAYS[Number(weekday) % 7]} at ${time}`;
  if (weekday === "*" && /^\d+$/.test(day)) return `on day ${day} of every month at ${time}`;
  return expression;
}
