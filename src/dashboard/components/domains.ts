/** What domains are called on the page. */
export const domains = {
  "market-data": "Market data",
  inventory: "Inventory",
  warehouse: "Warehouse",
  banking: "Banking",
  instruments: "Instruments",
} as const;

export type DomainName = keyof typeof domains;

/** The name of a domain; what is none stands for itself. */
export const titleOfDomain = (name: string) => Object.entries(domains).find(([domain]) => domain === name)?.[1] ?? name;
