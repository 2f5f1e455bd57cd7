import { z } from "zod";
import { apiUrl } from "./config-fields.ts";
import type { RestResource } from "./rest/api.ts";
import { openRestApi } from "./rest/open-api.ts";
import { selectAll } from "./rest/select.ts";
import { parseTime } from "./rest/template.ts";
import type { ReadRange, SourceRow, SourceType } from "./source.ts";

const config = z.strictObject({
  players: z.array(z.string().regex(/^[\w-]{1,50}$/, "must be the name of a player")).min(1),
  api_url: apiUrl().default("https://api.chess.com"),
});

/** An archive is the address of a month: `https://api.chess.com/pub/player/erik/games/2009/10`. */
const readArchives = (body: unknown): SourceRow[] =>
  selectAll(body, "archives[*]").map((address) => {
    const [, year, month] = /\/(\d{4})\/(\d\d)$/.exec(String(address)) ?? [];
    return { year, month };
  });

/** Whether a month can have games of the range. */
function isWanted({ year, month }: SourceRow, { since, start_date, end_date }: ReadRange): boolean {
  const name = `${String(year)}-${String(month)}`;
  const first = since === null ? start_date : new Date(parseTime("since", since)).toISOString();
  return (first === null || name >= first.slice(0, 7)) && (end_date === null || name <= end_date.slice(0, 7));
}

/** https://www.chess.com/news/view/published-data-api */
const createResources = (players: readonly string[]): RestResource[] => {
  const each = players.map((player) => ({ player: player.toLowerCase() }));
  return [
    {
      name: "profiles",
      path: "pub/player/{player}",
      rows: "$",
      paginator: { kind: "single" },
      primary_key: ["player_id"],
      write_disposition: "merge",
      cursor_field: null,
      parent: { rows: each },
    },
    {
      name: "archives",
      hidden: true,
      path: "pub/player/{player}/games/archives",
      rows: readArchives,
      paginator: { kind: "single" },
      primary_key: [],
      write_disposition: "replace",
      cursor_field: null,
      parent: { rows: each, columns: { player: "player" } },
    },
    {
      name: "games",
      path: "pub/player/{player}/games/{year}/{month}",
      rows: "games",
      paginator: { kind: "single" },
      primary_key: ["uuid"],
      write_disposition: "merge",
      cursor_field: "end_time",
      // A player's games appear when they end; those of another player may have ended before.
      lookback_days: 1,
      parent: { rows: "archives", values: { player: "player", year: "year", month: "month" }, where: isWanted },
    },
  ];
};

/** Chess.com: https://www.chess.com/news/view/published-data-api */
export const chess: SourceType<typeof config> = {
  type: "chess",
  group: "other",
  title: "Chess.com",
  description: "Profiles of players and their games",
  unavailable: null,
  config,
  open: ({ players, api_url }, io) =>
    openRestApi(io, {
      name: "Chess.com",
      base_url: api_url,
      auth: async () => ({ kind: "none" }),
      resources: createResources(players),
      check: { path: `pub/player/${players[0]?.toLowerCase() ?? ""}` },
    }),
};
