export const signature = {
  title: "The signature, step by step",
  unsigned: "This request is not signed: the subscription has no secret. Rotate its secret to make one.",
  verified: "Signature verified",
  verifiedText: "This browser computed the same signature from the recorded request and the secret.",
  wrong: "The signature does not match",
  wrongText: "The subscription’s present secret makes another signature. It was rotated after this request, or the body was changed.",
  computing: "Computing…",
  notComputed: {
    noSecret: "Your session may not read the secret, so the steps are shown without the result.",
    noBody: "The server no longer has the body of this request, so the signature cannot be computed.",
    insecure: "Browsers compute signatures only on https and on localhost, so the steps are shown without the result.",
    failed: "This browser cannot compute this signature.",
  },
  standard: "The signature of Standard Webhooks, whose libraries verify it. Every profile has it.",
  own: "The profile’s own header. It covers the body alone, neither the id nor the time, so a recorded request stays valid forever: prefer webhook-signature.",
  headers: "Read the headers of the request.",
  time: "Refuse a timestamp that is more than five minutes from your clock, to prevent replay attacks. This request was signed at",
  content: "Join the id, the timestamp and the body as it was received, with a dot between them. This text is signed:",
  contentOwn: "Take the body as it was received. Its bytes are what is signed:",
  key: {
    base64: "Take the part of the secret after whsec_ and decode it from base64: these bytes are the key.",
    ed25519: "The secret begins with whsk_: it is an ed25519 private key, and receivers verify with the public key whpk_… instead.",
    text: "Take the whole secret as text: its UTF-8 bytes are the key.",
    any: "Make the key: the part of the secret after whsec_, decoded from base64. A secret without whsec_ is the key itself, as UTF-8.",
  },
  compute: "Compute HMAC-SHA256 of the text with this key, write it in base64, and put “v1,” before it.",
  computeEd25519: "Sign the text with ed25519, write the signature in base64, and put “v1a,” before it.",
  computeOwn: (prefix: string) =>
    prefix === ""
      ? "Compute HMAC-SHA256 of the body with this key, and write it in hexadecimal."
      : `Compute HMAC-SHA256 of the body with this key, write it in hexadecimal, and put “${prefix}” before it.`,
  compare: "Compare it with the header in constant time.",
  compareMany: "Compare it with each signature of the header in constant time: there are several while a secret is rotated, and one has to match.",
  equal: "Equal",
  different: "Different",
  cut: (left: string) => `… and ${left} more characters`,
};
