/**
 * What is added to each series, by its key: `name{label="value",…}`. A counter adds one number; a histogram
 * one per bucket, each counted once, then one for what lies above them, then the sum of the values.
 */
export type Increments = Record<string, number[]>;

/** Everything counted since the collector's storage began. */
export interface Totals {
  series: Increments;
  /** Readers of all event feeds, by WebSocket or stream. */
  readers: number;
}
