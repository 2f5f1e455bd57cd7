import { unprocessable } from "../../../errors.ts";
import type { SourceIo } from "../source.ts";
import { openSocketStream, type SocketStream, type SocketStreamOptions } from "./socket-stream.ts";

/** How a config says where its database is and how it is reached. */
export interface ConnectionConfig {
  credentials_env?: string | undefined;
  hyperdrive_binding?: string | undefined;
  sslmode: "require" | "disable";
}

/** What a driver logs in with. */
export interface Login {
  user: string;
  password: string;
  /** Empty when the address names none. */
  database: string;
}

export interface OpenConnection {
  /** Kind of server, host and port, as messages call it. */
  name: string;
  login: Login;
  stream: SocketStream;
  /** Whether the driver has to ask for TLS. */
  secure: boolean;
}

interface Protocol {
  /** As messages call the kind of server. */
  title: string;
  /** Such as `postgresql`. */
  schemes: readonly string[];
  port: number;
  isGreeting: NonNullable<SocketStreamOptions["isGreeting"]>;
}

/**
 * Opens the connection that a config describes. Throws 422 for what is no address of such a database, and as
 * `SourceIo` does; no message has a part of the credentials.
 */
export async function openConnection(
  io: SourceIo,
  { credentials_env, hyperdrive_binding, sslmode }: ConnectionConfig,
  protocol: Protocol,
): Promise<OpenConnection> {
  if (hyperdrive_binding !== undefined) {
    // Between a Worker and Hyperdrive nothing leaves Cloudflare; Hyperdrive itself speaks TLS to the database.
    const binding = io.hyperdrive(hyperdrive_binding);
    const { login } = readAddress(binding.connectionString, protocol, hyperdrive_binding);
    const name = `${protocol.title} by ${hyperdrive_binding}`;
    const stream = openSocketStream(binding.connect(), { name, isGreeting: null });
    return { name, login, stream, secure: false };
  }
  if (credentials_env === undefined) throw unprocessable([{ field: "credentials_env", message: "is missing" }]);
  const { host, port, login } = readAddress(await io.secret(credentials_env), protocol, credentials_env);
  const secure = sslmode === "require";
  const socket = await io.connect({ host, port }, secure ? "starttls" : "off");
  const name = `${protocol.title} ${host}:${port}`;
  const stream = openSocketStream(socket, { name, isGreeting: secure ? protocol.isGreeting : null });
  return { name, login, stream, secure };
}

function readAddress(text: string, { schemes, port }: Protocol, field: string) {
  const url = URL.parse(text.trim());
  const parts = url && schemes.includes(url.protocol.slice(0, -1)) ? decodeParts(url) : null;
  if (!url || !parts || url.hostname === "" || parts.user === "") {
    const message = `is not an address such as ${schemes[0]}://user:password@host:${port}/database`;
    throw unprocessable([{ field, message }]);
  }
  return { host: url.hostname, port: url.port === "" ? port : Number(url.port), login: parts };
}

/** Null where a percent sign stands for nothing. */
function decodeParts({ username, password, pathname }: URL): Login | null {
  try {
    const [user, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent);
    return { user: user ?? "", password: secret ?? "", database: database ?? "" };
  } catch {
    return null;
  }
}
