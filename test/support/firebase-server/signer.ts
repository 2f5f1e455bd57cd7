import { createSecretKey } from "node:crypto";
import { decodeJwt, exportJWK, exportPKCS8, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { z } from "zod";

export const PROJECT = "demo-catchment";
const ISSUER = `https://securetoken.google.com/${PROJECT}`;

/** A token to be signed; what is left out is as Firebase would have it. */
const wishSchema = z.object({
  claims: z.record(z.string(), z.unknown()),
  alg: z.enum(["RS256", "HS256", "none"]).default("RS256"),
  /** The key that signs. */
  key: z.string().default("first"),
  /** The key that the header names. */
  kid: z.string().optional(),
});

const claimsSchema = z.object({ sub: z.string(), auth_time: z.number() });

export type Signer = Awaited<ReturnType<typeof createSigner>>;

/** Two keys of the token service, and one of an administrator. */
export async function createSigner() {
  const pairs = new Map(
    await Promise.all(
      ["first", "second"].map(async (kid) => [kid, await generateKeyPair("RS256", { extractable: true })] as const),
    ),
  );
  const pairOf = (kid: string) => {
    const pair = pairs.get(kid);
    if (!pair) throw new Error(`No key ${kid}`);
    return pair;
  };
  const published = await Promise.all(
    [...pairs].map(async ([kid, { publicKey }]) => ({
      ...(await exportJWK(publicKey)),
      kid,
      alg: "RS256",
      use: "sig",
    })),
  );
  const administrator = await generateKeyPair("RS256", { extractable: true });
  const administratorKey = await exportPKCS8(administrator.privateKey);

  async function sign(value: unknown): Promise<string> {
    const { claims, alg, key, kid = key } = wishSchema.parse(value);
    if (alg === "none") return new UnsecuredJWT(claims).encode();
    // The classic confusion: the public key, which everybody has, as a shared secret.
    const { privateKey, publicKey } = pairOf(key);
    const secret = createSecretKey(Buffer.from(JSON.stringify(await exportJWK(publicKey))));
    return new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "JWT" }).sign(alg === "HS256" ? secret : privateKey);
  }

  return {
    sign,
    issue: (sub: string, auth_time: number) => {
      const iat = Math.floor(Date.now() / 1000);
      return sign({ claims: { iss: ISSUER, aud: PROJECT, sub, auth_time, iat, exp: iat + 3600 } });
    },
    read: (token: string) => claimsSchema.parse(decodeJwt(token)),
    keys: (kids: string[]) => ({ keys: published.filter(({ kid }) => kids.includes(kid)) }),
    serviceAccount: (token_uri: string) =>
      JSON.stringify({ client_email: "admin@demo.example", private_key: administratorKey, token_uri }),
    async isAdministrator(assertion: string): Promise<boolean> {
      return jwtVerify(assertion, administrator.publicKey, { issuer: "admin@demo.example" }).then(
        ({ payload }) => payload["scope"] === "https://www.googleapis.com/auth/identitytoolkit",
        () => false,
      );
    },
  };
}
