import { createHmac, createPrivateKey, sign as signWith, webcrypto } from "node:crypto";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { schemesOf, verify } from "./signature";

const SECRET = "whsec_UsC0wTgh7Q4XeNt0Mum8jE86q8OJc95oTqK7OZ5x3QPV";
const BODY = '{"id":"evt_1","data":{"n":12345678901234567890,"name":"Zoë"}}';
const ID = "evt_1";
const TIMESTAMP = "1796030070";

const standard = (key: Buffer | string) => `v1,${createHmac("sha256", key).update(`${ID}.${TIMESTAMP}.${BODY}`).digest("base64")}`;
const decoded = Buffer.from(SECRET.slice(6), "base64");
const hex = createHmac("sha256", SECRET).update(BODY).digest("hex");
const base = { "webhook-id": ID, "webhook-timestamp": TIMESTAMP, "webhook-signature": standard(decoded) };

beforeAll(() => {
  vi.stubGlobal("crypto", webcrypto);
});

async function verdicts(profile: string, headers: Record<string, unknown>, secrets: string[]) {
  const schemes = schemesOf(profile, { headers, body: BODY });
  return Promise.all(schemes.map(async (scheme) => ({ header: scheme.header, ...(await verify(scheme, profile, secrets)) })));
}

describe("signature_steps_of_each_profile", () => {
  test("platform_signs_id_time_and_body_and_in_its_own_header_the_body_in_hex", async () => {
    const found = await verdicts("platform", { ...base, "X-Webhook-Signature": hex }, [SECRET]);
    expect(found).toEqual([
      { header: "webhook-signature", matches: true, computed: standard(decoded), keyForm: "base64" },
      { header: "X-Webhook-Signature", matches: true, computed: hex, keyForm: "text" },
    ]);
  });

  test("tenant_writes_sha256_before_its_own_signature", async () => {
    const found = await verdicts("tenant", { ...base, "X-Signature": `sha256=${hex}` }, [SECRET]);
    expect(found.map(({ header, matches, computed }) => [header, matches, computed])).toEqual([
      ["webhook-signature", true, standard(decoded)],
      ["X-Signature", true, `sha256=${hex}`],
    ]);
  });

  test("standard_has_one_header_and_ignores_a_custom_one_of_another_profile", async () => {
    const found = await verdicts("standard", { ...base, "X-Signature": "custom" }, [SECRET]);
    expect(found.map(({ header, matches }) => [header, matches])).toEqual([["webhook-signature", true]]);
  });

  test("a_request_without_signature_headers_has_no_steps", () => {
    expect(schemesOf("tenant", { headers: { "webhook-id": ID, "X-Event": "a.b" }, body: BODY })).toEqual([]);
  });

  test("a_profile_that_is_not_known_has_the_standard_header_only", () => {
    expect(schemesOf("constructor", { headers: base, body: BODY }).map(({ kind }) => kind)).toEqual(["standard"]);
  });
});

describe("verify", () => {
  test("the_signed_content_is_id_dot_timestamp_dot_body", () => {
    expect(schemesOf("standard", { headers: base, body: BODY })[0]?.content).toBe(`${ID}.${TIMESTAMP}.${BODY}`);
    expect(schemesOf("standard", { headers: base, body: null })[0]?.content).toBeNull();
  });

  test("another_secret_or_a_changed_body_does_not_match", async () => {
    expect((await verdicts("standard", base, ["whsec_AAAA"])).map(({ matches }) => matches)).toEqual([false]);
    const [scheme] = schemesOf("standard", { headers: base, body: BODY.replace("Zoë", "Zoe") });
    if (scheme === undefined) throw new Error("no scheme");
    expect((await verify(scheme, "standard", [SECRET])).matches).toBe(false);
  });

  test("during_a_rotation_either_secret_matches_either_signature", async () => {
    const both = { ...base, "webhook-signature": `v1,bmV3 ${standard(decoded)}` };
    expect((await verdicts("standard", both, ["whsec_AAAA", SECRET])).map(({ matches }) => matches)).toEqual([true]);
  });

  test("a_secret_without_a_prefix_is_its_own_key", async () => {
    const secret = "a secret of my own, long enough".replaceAll(" ", "-");
    const found = await verdicts("platform", { ...base, "webhook-signature": standard(secret) }, [secret]);
    expect(found).toEqual([{ header: "webhook-signature", matches: true, computed: standard(secret), keyForm: "text" }]);
  });

  test("a_whsk_secret_signs_with_ed25519", async () => {
    const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index + 1));
    const key = createPrivateKey({
      key: Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]),
      format: "der",
      type: "pkcs8",
    });
    const signature = `v1a,${signWith(null, Buffer.from(`${ID}.${TIMESTAMP}.${BODY}`), key).toString("base64")}`;
    const found = await verdicts("standard", { ...base, "webhook-signature": signature }, [`whsk_${seed.toString("base64")}`]);
    expect(found).toEqual([{ header: "webhook-signature", matches: true, computed: signature, keyForm: "ed25519" }]);
  });
});
