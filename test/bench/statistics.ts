/** The middle value; of an even number of values the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

/** What was measured of two sides in turns, a value each a round. */
export interface Rounds {
  ours: number[];
  peer: number[];
}

/** Measures both sides in turns, so that a slow minute of the machine hits both; the first round warms up. */
export async function takeTurns(
  rounds: number,
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<Rounds> {
  const measured: Rounds = { ours: [], peer: [] };
  for (let round = 0; round <= rounds; round++) {
    const values = { ours: await ours(), peer: await peer() };
    if (round === 0) continue;
    measured.ours.push(values.ours);
    measured.peer.push(values.peer);
  }
  return measured;
}

/** The median of each round's ratio. */
export function ratioOf({ ours, peer }: Rounds): number {
  return median(ours.map((value, round) => value / (peer[round] ?? Number.NaN)));
}
