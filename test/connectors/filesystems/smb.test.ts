import { describe, expect, it } from "vitest";
import { filesystemSettings } from "../../../src/connectors/filesystems/filesystems.ts";
import { openSmb } from "../../../src/connectors/filesystems/smb/client.ts";
import { decodeEntries } from "../../../src/connectors/filesystems/smb/folder.ts";
import { md4 } from "../../../src/connectors/filesystems/smb/md4.ts";
import { answerChallenge, computeResponse, responseKey } from "../../../src/connectors/filesystems/smb/ntlm.ts";
import { aesCmac, createSigner, sign, takeSignature } from "../../../src/connectors/filesystems/smb/signing.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("MD4", () => {
  // RFC 1320, A.5
  it.each([
    ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
    ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
    ["abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9"],
    [
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "e33b4ddc9c38f2199c3e7b164fcc0536",
    ],
  ])("of %j is what RFC 1320 says", (text, digest) => {
    expect(md4(Buffer.from(text)).toString("hex")).toBe(digest);
  });
});

describe("AES-CMAC", () => {
  // RFC 4493, 4
  const key = hex("2b7e151628aed2a6abf7158809cf4f3c");
  const message = hex(
    "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51 30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710",
  );
  it.each([
    [0, "bb1d6929e95937287fa37d129b756746"],
    [16, "070a16b46b4d4144f79bdd9dd04a287c"],
    [40, "dfa66747de9ae63030ca32611497c827"],
    [64, "51f0bebf7e3b9d92fc49741779363cfe"],
  ])("of %i bytes is what RFC 4493 says", (length, expected) => {
    expect(aesCmac(key, message.subarray(0, length)).toString("hex")).toBe(expected);
  });
});

describe("a signature", () => {
  it.each([0x0202, 0x0210, 0x0300, 0x0302])("of dialect %i is wrong once a bit of the packet is another", (dialect) => {
    const signer = createSigner(dialect, Buffer.alloc(16, 7));
    const packet = Buffer.alloc(100, 1).fill(0, 48, 64);
    sign(packet, signer);
    const forged = Buffer.from(packet);
    forged[99] = 0;
    expect([takeSignature(packet, signer), takeSignature(forged, signer)]).toEqual([true, false]);
  });
});

describe("NTLMv2", () => {
  // MS-NLMP, 4.2.1 and 4.2.4
  const login = { domain: "Domain", username: "User", password: "Password" };
  const serverChallenge = hex("0123456789abcdef");
  const clientChallenge = Buffer.alloc(8, 0xaa);
  const targetInfo = hex("02000c0044006f006d00610069006e00 01000c00530065007200760065007200 00000000");

  it("answers the challenge of MS-NLMP as that says", () => {
    const key = responseKey(login);
    expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f");
    const given = { clientChallenge, time: Buffer.alloc(8), targetInfo };
    const { response, sessionKey } = computeResponse(key, serverChallenge, given);
    expect(response.subarray(0, 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c");
    expect(sessionKey.toString("hex")).toBe("8de40ccadbc14a82f15cb0ad0de95ca3");
  });

  /** A CHALLENGE_MESSAGE with these AV_PAIRs. */
  const challengeOf = (pairs: Buffer) => {
    const message = Buffer.alloc(56);
    message.write("NTLMSSP\0", "latin1");
    message.writeUInt32LE(2, 8);
    message.set(serverChallenge, 24);
    message.writeUInt16LE(pairs.length, 40);
    message.writeUInt32LE(56, 44);
    return Buffer.concat([message, pairs]);
  };

  it("is protected by a MIC where the server tells its time, and by an older answer where it does not", () => {
    const chance = { clientChallenge, now: 0 };
    const without = answerChallenge(challengeOf(targetInfo), login, chance)?.authenticate;
    expect(without?.subarray(72, 88)).toEqual(Buffer.alloc(16));
    // LMv2 of MS-NLMP, 4.2.4.2.1
    expect(without?.subarray(88, 112).toString("hex")).toBe("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
    const timed = Buffer.concat([hex("07000800 0102030405060708"), targetInfo]);
    const protectedBy = answerChallenge(challengeOf(timed), login, chance)?.authenticate;
    expect(protectedBy?.subarray(72, 88)).not.toEqual(Buffer.alloc(16));
    expect(protectedBy?.subarray(88, 112)).toEqual(Buffer.alloc(24));
    expect(protectedBy?.includes(hex("06000400 02000000"))).toBe(true);
  });

  it.each([
    ["nothing", Buffer.alloc(0)],
    ["another message", Buffer.from("NTLMSSP\0\u0001\0\0\0".padEnd(60, "\0"), "latin1")],
    ["a message that is cut", challengeOf(targetInfo).subarray(0, 40)],
  ])("answers %s with nothing", (_, challenge) => {
    expect(answerChallenge(challenge, login, { clientChallenge, now: 0 })).toBeNull();
  });
});

describe("a server that lies", () => {
  /** Opens a share on a server that says this, whatever it is asked, and ends the connection. */
  const openOn = (words: Buffer) => {
    const settings = filesystemSettings.parse({ type: "smb", host: "nas", share: "data", password: "secret" });
    if (settings.type !== "smb") throw new Error("These are settings of a share");
    const readable = new Blob([new Uint8Array(words)]).stream();
    const socket = { readable, writable: new WritableStream(), close: async () => undefined };
    // What a connection uses of a socket.
    const connect = async () => socket as unknown as Socket;
    return openSmb(settings, { fetch, now: () => 0, connect });
  };
  const framed = (packet: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, packet.length]), packet]);
  const packetOf = (start: string) => Buffer.concat([hex(start), Buffer.alloc(64)]);

  it.each([
    ["unreachable", "ends at once", Buffer.alloc(0)],
    ["unreachable", "ends within a packet", framed(packetOf("fe534d42")).subarray(0, 20)],
    ["unreachable", "promises a packet of 4 GB", Buffer.alloc(100, 0xff)],
    ["unreachable", "sends a packet without a header", framed(hex("fe534d42"))],
    ["unreachable", "speaks another protocol", framed(packetOf("48545450"))],
    ["unreachable", "sends back what it is sent", framed(packetOf("fe534d42 40000000"))],
    ["unreachable", "answers with half an answer", framed(packetOf("fe534d42 40000000 00000000 00000100 01000000"))],
    ["unsupported", "speaks SMB1 only", framed(packetOf("ff534d42"))],
  ])("is %s when it %s", async (kind, _, words) => {
    await expect(openOn(words).check()).rejects.toMatchObject({ name: "FilesystemFailure", kind });
  });

  it.each([
    ["is cut within an entry", Buffer.alloc(50)],
    ["is cut within a name", Buffer.alloc(70).fill(9, 60, 61)],
    ["has entries within each other", Buffer.alloc(200).fill(1, 0, 1)],
  ])("is found out when a folder's list %s", (_, list) => {
    expect(() => decodeEntries(list)).toThrow(RangeError);
  });
});
