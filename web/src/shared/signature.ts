//! How a request is signed: which headers sign what, and the signature computed again from the secret.
//! `docs/receiving.md` has the same rules for receivers.

export interface SignedRequest {
  headers: Record<string, unknown>;
  /** Null when the server has not kept it. */
  body: string | null;
}

export interface Scheme {
  /** `standard` covers id, time and body; `own` is the header of the subscription's profile and covers the body alone. */
  kind: "standard" | "own";
  /** The header's name as it was sent. */
  header: string;
  /** The signatures in the header; several while a secret is rotated. */
  given: string[];
  /** The text that is signed; null without the body. */
  content: string | null;
  id: string | null;
  timestamp: string | null;
}

/** The header that a profile adds. A profile that is not here has `webhook-signature` only. */
const OWN: Record<string, { header: string; prefix: string }> = {
  platform: { header: "x-webhook-signature", prefix: "" },
  tenant: { header: "x-signature", prefix: "sha256=" },
};

/** Empty for a request that was not signed, such as one of a subscription without a secret. */
export function schemesOf(profile: string, { headers, body }: SignedRequest): Scheme[] {
  const schemes: Scheme[] = [];
  const standard = headerOf(headers, "webhook-signature");
  const id = headerOf(headers, "webhook-id")?.value ?? null;
  const timestamp = headerOf(headers, "webhook-timestamp")?.value ?? null;
  if (standard !== null) {
    schemes.push({
      kind: "standard",
      header: standard.name,
      given: standard.value.split(" ").filter((one) => one !== ""),
      content: body === null ? null : `${id ?? ""}.${timestamp ?? ""}.${body}`,
      id,
      timestamp,
    });
  }
  const rule = Object.hasOwn(OWN, profile) ? OWN[profile] : undefined;
  const own = rule === undefined ? null : headerOf(headers, rule.header);
  if (own !== null) {
    schemes.push({ kind: "own", header: own.name, given: [own.value], content: body, id: null, timestamp: null });
  }
  return schemes;
}

export type KeyForm = "base64" | "ed25519" | "text";

/** How the key is read from the secret. The profile's own header always has the whole secret as its key. */
export function keyFormOf(kind: Scheme["kind"], secret: string): KeyForm {
  if (kind === "own") return "text";
  if (secret.startsWith("whsec_")) return "base64";
  return secret.startsWith("whsk_") ? "ed25519" : "text";
}

export interface Verdict {
  matches: boolean;
  /** The signature that the secret makes, as it stands in the header; that of the first secret when none matches. */
  computed: string;
  keyForm: KeyForm;
}

/** Computing needs `crypto.subtle`, which browsers have on https and on localhost only. */
export function canCompute(): boolean {
  return typeof crypto !== "undefined" && (crypto as Partial<Crypto>).subtle !== undefined;
}

/** Signs the content with each secret and compares. Throws for a secret that is no key, or a browser without ed25519. */
export async function verify(scheme: Scheme, profile: string, secrets: readonly string[]): Promise<Verdict> {
  if (scheme.content === null) throw new Error("the body is not kept");
  let first: Verdict | null = null;
  for (const secret of secrets) {
    const keyForm = keyFormOf(scheme.kind, secret);
    const computed = await sign(scheme, profile, secret, scheme.content);
    const verdict: Verdict = { matches: scheme.given.includes(computed), computed, keyForm };
    if (verdict.matches) return verdict;
    first ??= verdict;
  }
  if (first === null) throw new Error("no secret");
  return first;
}

async function sign(scheme: Scheme, profile: string, secret: string, content: string): Promise<string> {
  if (scheme.kind === "own") {
    const mac = await hmac(utf8(secret), content);
    const hex = Array.from(mac, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${OWN[profile]?.prefix ?? ""}${hex}`;
  }
  switch (keyFormOf(scheme.kind, secret)) {
    case "ed25519":
      return `v1a,${toBase64(await ed25519(fromBase64(secret.slice("whsk_".length)).slice(0, 32), content))}`;
    case "base64":
      return `v1,${toBase64(await hmac(fromBase64(secret.slice("whsec_".length)), content))}`;
    case "text":
      return `v1,${toBase64(await hmac(utf8(secret), content))}`;
  }
}

async function hmac(key: Uint8Array<ArrayBuffer>, content: string): Promise<Uint8Array> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(content)));
}

/** The beginning of a PKCS #8 document with an ed25519 seed, which is the form that browsers import. */
const PKCS8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

async function ed25519(seed: Uint8Array<ArrayBuffer>, content: string): Promise<Uint8Array> {
  const document = new Uint8Array([...PKCS8, ...seed]);
  const key = await crypto.subtle.importKey("pkcs8", document, { name: "Ed25519" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, key, utf8(content)));
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new TextEncoder().encode(text));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** A header that was sent several times has an array; the first one counts. */
function headerOf(headers: Record<string, unknown>, wanted: string): { name: string; value: string } | null {
  const found = Object.entries(headers).find(([name]) => name.toLowerCase() === wanted);
  if (found === undefined) return null;
  const [name, value] = found;
  return { name, value: String(Array.isArray(value) ? value[0] : value) };
}
