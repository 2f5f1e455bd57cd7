import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./child.ts";
import { Failure } from "./failure.ts";
import { findFreePort } from "./ports.ts";

export const startHelp = `npm start -- [options]

  --demo        serve made-up candles of binance, bybit, okx, kraken and coinbase from a server on this machine
  --browser     let banks that need one be driven in a browser: the machine's Chromium or Chrome, or one that is loaded
  --https       serve https with a self-signed certificate for localhost (kept in .certs)
  --state DIR   keep data and .dev.vars in DIR instead of .wrangler/state and the project folder
  --help        this page

  PORT=9000 npm start           another port than 8000; 0 takes any free one
  LOG_LEVEL=DEBUG npm start     every key of the README's configuration table wins over .dev.vars`;

export interface StartOptions {
  port: number;
  demo: boolean;
  browser: boolean;
  https: boolean;
  help: boolean;
  /** Folder of the local databases and objects. */
  state: string;
  /** File of the local secrets. */
  varsFile: string;
}

/** Reads the command line and `PORT`; throws a `Failure` that names what is wrong. */
export async function readStartOptions(args: string[], environment: NodeJS.ProcessEnv): Promise<StartOptions> {
  const { demo, browser, https, help, state } = parse(args);
  const folder = state === undefined ? undefined : resolve(state);
  return {
    port: await readPort(environment.PORT ?? "8000"),
    demo,
    browser,
    https,
    help,
    state: folder ?? join(root, ".wrangler/state"),
    varsFile: join(folder ?? root, ".dev.vars"),
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        demo: { type: "boolean", default: false },
        browser: { type: "boolean", default: false },
        https: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
        state: { type: "string" },
      },
    });
    return values;
  } catch (error) {
    throw new Failure(`${error instanceof Error ? error.message : error}\n\n${startHelp}`, { cause: error });
  }
}

async function readPort(text: string): Promise<number> {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Failure(`PORT must be a whole number from 0 to 65535, and it is "${text}".`);
  }
  return port === 0 ? findFreePort() : port;
}
