import { median, ratioOf, type Rounds } from "./statistics.ts";

/** One measured thing beside its peer; `figure` is what the aim is about. */
export interface Result {
  name: string;
  unit: string;
  ours: number;
  peer: number;
  peer_name: string;
  figure: number;
  figure_unit: "×" | "ms" | "MiB";
  aim: number;
  better: "higher" | "lower";
}

type Aim = Pick<Result, "peer_name" | "aim">;

/** What was measured in answers, or frames, a second. */
export function rateResult(name: string, rounds: Rounds, aim: Aim): Result {
  return { name, unit: "/s", ...figuresOf(rounds), ...aim, better: "higher" };
}

/** What was measured in milliseconds. */
export function timeResult(name: string, rounds: Rounds, aim: Aim): Result {
  return { name, unit: "ms", ...figuresOf(rounds), ...aim, better: "lower" };
}

function figuresOf(rounds: Rounds) {
  return {
    ours: median(rounds.ours),
    peer: median(rounds.peer),
    figure: ratioOf(rounds),
    figure_unit: "×" as const,
  };
}
