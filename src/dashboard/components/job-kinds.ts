/** What kinds of jobs are called on the page, by their type. */
export const jobKinds: Record<string, string> = {
  download: "Download of market data",
  aggregate: "Longer candles from minutes",
  "ingest-file": "Import of a CSV file",
  collect: "Scheduled downloads",
  extraction: "Scan of clouds",
  sync: "Sync of a source",
  dbt: "Run of models",
  "bank-collect": "Collection from a bank",
  harvest: "Harvest of an instrument",
  scrub: "Check of stored files",
  fsck: "Check of the storage",
  "vault-rotate": "Rotation of the vault's key",
};

/** The name of a job's kind; a type that is new to the page stands for itself. */
export const kindOfJob = (type: string) => jobKinds[type] ?? type;
