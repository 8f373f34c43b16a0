// An identity provider of Node's own cryptography: serves its key set and signs tokens with any of its keys.
import { createServer } from "node:http";
import { createHmac, generateKeyPairSync, sign } from "node:crypto";

const kinds = {
  RS256: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  EdDSA: () => generateKeyPairSync("ed25519"),
};
const keys = new Map();
let made = 0;

function add(alg) {
  const kid = `${alg}-${++made}`;
  keys.set(kid, { alg, published: true, ...kinds[alg]() });
  return kid;
}

function encode(value) {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function token(kid, claims) {
  const { alg, privateKey } = keys.get(kid);
  const message = `${encode({ alg, kid, typ: "JWT" })}.${encode(claims)}`;
  const hash = alg === "EdDSA" ? null : "sha256";
  const signature = sign(hash, Buffer.from(message), { key: privateKey, dsaEncoding: "ieee-p1363" });
  return `${message}.${signature.toString("base64url")}`;
}

/// HS256 with the text of a public key as the secret.
function confused(kid, claims) {
  const message = `${encode({ alg: "HS256", kid })}.${encode(claims)}`;
  const secret = keys.get(kid).publicKey.export({ type: "spki", format: "pem" });
  return `${message}.${createHmac("sha256", secret).update(message).digest("base64url")}`;
}

for (const alg of Object.keys(kinds)) add(alg);
const server = createServer(async (request, response) => {
  let body = "";
  for await (const piece of request) body += piece;
  const { pathname } = new URL(request.url, "http://provider");
  const given = body === "" ? {} : JSON.parse(body);
  const answers = {
    "/jwks": () => ({
      keys: [...keys].filter(([, key]) => key.published).map(([kid, key]) => ({
        ...key.publicKey.export({ format: "jwk" }), kid, use: "sig", alg: key.alg,
      })),
    }),
    "/keys": () => [...keys.keys()],
    "/add": () => add(given.alg),
    "/withdraw": () => ((keys.get(given.kid).published = false), null),
    "/token": () => token(given.kid, given.claims),
    "/confused": () => confused(given.kid, given.claims),
  };
  const answer = answers[pathname];
  response.writeHead(answer ? 200 : 404, { "content-type": "application/json" });
  response.end(JSON.stringify(answer ? answer() : null));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit()).resume();
