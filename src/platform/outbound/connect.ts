import type { Context } from "../../context.ts";
import { unprocessable, upstreamFailed } from "../../errors.ts";
import { checkUserHost } from "./addresses.ts";
import { enterCircuit, settleCircuit } from "./circuit.ts";

export interface TcpAddress {
  /** A name or an address; an IPv6 address in brackets. */
  host: string;
  port: number;
}

/**
 * `starttls`: whoever gets the socket turns it to TLS; `sealed`: speaks a protocol that encrypts by itself, such as SSH;
 * `off`: neither, which is for hosts of `ALLOW_PRIVATE_HOSTS` only.
 */
export type TcpTransport = "starttls" | "sealed" | "off";

const TIMEOUT_MS = 10_000;

/**
 * Opens a TCP connection to a host that a user named: public hosts only (and those of `ALLOW_PRIVATE_HOSTS`). Throws
 * `unprocessable` for a refused host, `upstreamFailed` when nobody answers, `unavailable` while the host's circuit is
 * open.
 */
export async function connectTcp(
  ctx: Pick<Context, "config" | "db" | "log" | "metrics" | "now">,
  address: TcpAddress,
  transport: TcpTransport,
): Promise<Socket> {
  const { hostname, port, isPermitted } = checkUserHost(address, ctx.config.ALLOW_PRIVATE_HOSTS);
  if (transport === "off" && !isPermitted) throw refusedPlain();
  const name = `${hostname}:${port}`;
  await enterCircuit(ctx, name);
  const started_at = ctx.now();
  // The build reads the app in Node, which does not have this module.
  const { connect } = await import("cloudflare:sockets");
  const secureTransport = transport === "starttls" ? "starttls" : "off";
  const socket = connect({ hostname, port }, { secureTransport, allowHalfOpen: false });
  // Who closes it learns nothing from these.
  socket.closed.catch(() => undefined);
  const fault = await untilOpened(socket, name);
  ctx.log.debug("upstream_connect", { host: name, failed: fault !== null, duration_ms: ctx.now() - started_at });
  await settleCircuit(ctx, name, fault === null ? "answered" : "fault");
  if (fault === null) return socket;
  ctx.metrics.upstreamError(name);
  socket.close().catch(() => undefined);
  throw fault;
}

const refusedPlain = () =>
  unprocessable([{ field: "host", message: "is not reached without TLS; ALLOW_PRIVATE_HOSTS can permit it" }]);

/** Null when the connection stands; else what is wrong. */
async function untilOpened(socket: Socket, name: string) {
  const { promise: late, resolve } = Promise.withResolvers<"late">();
  const timer = setTimeout(() => resolve("late"), TIMEOUT_MS);
  try {
    const end = await Promise.race([socket.opened, late]);
    if (end !== "late") return null;
    return upstreamFailed(`${name} did not answer within ${TIMEOUT_MS / 1000} s`, { retry_after: 1 });
  } catch (error) {
    return upstreamFailed(`${name} could not be reached`, { retry_after: 1, cause: error });
  } finally {
    clearTimeout(timer);
  }
}
