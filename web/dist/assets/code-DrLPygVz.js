import{r as e}from"./rolldown-runtime-XKyaHtl9.js";import{Fn as t,Mt as n,Nt as r,Pn as i,ct as a,ht as o,pt as s}from"./vendor-DCshCOmr.js";import{r as c}from"./context-YlSVHPeS.js";import{t as l}from"./Id-CQfPPVQk.js";import{o as u}from"./retryLine-DGuO61Wp.js";var d=e(t(),1),f=`# Receiving webhooks

This page is for developers and operators of a receiver: the server at a subscription's URL. A receiver does four
things, in this order:

1. Read the body as bytes and [verify the signature](#verify). Answer 401 when verification fails.
2. Deduplicate: look up \`webhook-id\`. Answer 200 when it is [known already](#duplicates).
3. Store the event, or put it into a queue of your own.
4. [Answer 200](#answer) at once, and process the event afterwards.

## The request

Every request is a \`POST\` with \`Content-Type: application/json\` and these headers:

| header | content |
| --- | --- |
| \`webhook-id\` | the event's id; the same on every attempt of the same event |
| \`webhook-timestamp\` | time of this attempt's signature, in seconds since 1970 |
| \`webhook-signature\` | \`v1,\` and a signature in base64; several signatures separated by spaces while a secret is [rotated](#rotation) |

These are the headers of [Standard Webhooks](https://www.standardwebhooks.com), and its libraries verify the request.
The rest depends on the subscription's profile, which is chosen when the subscription is created:

| | \`platform\` | \`tenant\` | \`standard\` |
| --- | --- | --- | --- |
| created through | \`/api/v1/webhooks\` | \`/api/v1/tenant/webhooks\` | \`/api/v1/webhooks\` with \`"profile": "standard"\` |
| more headers | \`X-Webhook-Signature\`, \`X-Webhook-Event-Id\`, \`X-Webhook-Event-Type\`, \`X-Webhook-Timestamp\` | \`X-Event\`, and \`X-Signature\` when it has a secret | none |
| body | \`{id, type, timestamp, tenant_id, data, metadata}\` | the payload as it was published | \`{type, timestamp, data}\` |

The event types, with a schema and an example of each, are in [events.md](events.md).

## Verify

Anyone can send a request to your URL. The signature proves that a request is authentic and unchanged.

The **secret** is in the response that created the subscription (\`secret\`), and is shown only there. A subscription of
the profile \`tenant\` has a secret when one was given or rotated; without a secret its requests are not signed.

- The signature is HMAC-SHA256 over \`webhook-id\`, a dot, \`webhook-timestamp\`, a dot, and the body.
- The key is the part of the secret after \`whsec_\`, base64 decoded. For a secret without \`whsec_\` the key is the secret
  itself, as UTF-8. (Secrets with \`whsk_\` sign with [ed25519](#public-keys).)
- Verify the **received bytes**. A body that was parsed and serialised again has other bytes, and fails.
- Refuse a timestamp that is more than five minutes from your clock, to prevent replay attacks.
- Compare in constant time, as the code below does.

\`verify\` below takes the secret, the three headers, and the body. An absent header is an empty string. Each language has
two versions: with the standard library alone, and with the package of Standard Webhooks, which raises an error instead
of returning false.

| framework | the body as bytes |
| --- | --- |
| Django, Flask, FastAPI | \`request.body\`, \`request.get_data()\`, \`await request.body()\` |
| Express, Fastify, Next.js | \`express.raw({ type: "application/json" })\` on the route, then \`req.body\`; a content type parser with \`parseAs: "buffer"\`; \`Buffer.from(await request.arrayBuffer())\` |
| Go \`net/http\` | \`io.ReadAll(http.MaxBytesReader(w, r.Body, 2<<20))\` |
| Spring | a parameter \`@RequestBody byte[] body\` |
| ASP.NET Core | \`await Request.Body.CopyToAsync(memory)\`, then \`memory.ToArray()\` |
| PHP, Laravel, Symfony | \`file_get_contents('php://input')\`, \`$request->getContent()\` |
| Rails, Sinatra | \`request.raw_post\`, \`request.body.read\` |
| axum, actix-web | a parameter \`body: Bytes\` |

### Python

<!-- block: python -->

\`\`\`python
import base64
import hashlib
import hmac
import re
import time


def verify(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    if not re.fullmatch("[0-9]{1,12}", timestamp) or abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    signed = f"{id}.{timestamp}.".encode() + body
    expected = b"v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(expected, given.encode()) for given in signatures.split(" "))
\`\`\`

With \`pip install standardwebhooks\`:

<!-- block: python standardwebhooks -->

\`\`\`python
from standardwebhooks import Webhook


def verify(secret: str, headers: dict[str, str], body: bytes) -> dict:
    # The event; raises standardwebhooks.WebhookVerificationError.
    return Webhook(secret).verify(body, headers)
\`\`\`

Or with \`pip install svix\`:

<!-- block: python svix -->

\`\`\`python
from svix.webhooks import Webhook


def verify(secret: str, headers: dict[str, str], body: bytes) -> None:
    # Raises svix.webhooks.WebhookVerificationError.
    Webhook(secret).verify(body, headers)
\`\`\`

### JavaScript and TypeScript

<!-- block: node -->

\`\`\`js
import { createHmac, timingSafeEqual } from "node:crypto";

/** \`body\` is a Buffer, the rest are strings. */
export function verify(secret, id, timestamp, signatures, body) {
  if (!/^\\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret);
  const mac = createHmac("sha256", key).update(\`\${id}.\${timestamp}.\`).update(body);
  const expected = Buffer.from(\`v1,\${mac.digest("base64")}\`);
  return signatures.split(" ").some((one) => {
    const given = Buffer.from(one);
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}
\`\`\`

With \`npm install standardwebhooks\`:

<!-- block: node standardwebhooks -->

\`\`\`js
import { Webhook } from "standardwebhooks";

/** The event; throws a WebhookVerificationError. \`headers\` have lower-case names, as in Node. */
export function verify(secret, headers, body) {
  return new Webhook(secret).verify(body, headers);
}
\`\`\`

Or with \`npm install svix\` (version 2 needs Node 22):

<!-- block: node svix -->

\`\`\`js
import { Webhook } from "svix";

/** The event; throws a WebhookVerificationError. */
export function verify(secret, headers, body) {
  return new Webhook(secret).verify(body, headers);
}
\`\`\`

### Go

<!-- block: go -->

\`\`\`go
package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

func Verify(secret, id, timestamp, signatures string, body []byte) bool {
	sent, err := strconv.ParseInt(timestamp, 10, 64)
	now := time.Now().Unix()
	if err != nil || sent < now-300 || sent > now+300 {
		return false
	}
	key := []byte(secret)
	if encoded := strings.TrimPrefix(secret, "whsec_"); encoded != secret {
		if key, err = base64.StdEncoding.DecodeString(encoded); err != nil {
			return false
		}
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	expected := []byte("v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	for _, given := range strings.Split(signatures, " ") {
		if hmac.Equal(expected, []byte(given)) {
			return true
		}
	}
	return false
}
\`\`\`

With \`go get github.com/standard-webhooks/standard-webhooks/libraries\`:

<!-- block: go standardwebhooks -->

\`\`\`go
package webhooks

import (
	"net/http"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

func Verify(secret string, headers http.Header, body []byte) error {
	webhook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return err
	}
	return webhook.Verify(body, headers)
}
\`\`\`

### Java

<!-- block: java -->

\`\`\`java
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public final class Webhooks {
    public static boolean verify(String secret, String id, String timestamp, String signatures, byte[] body)
            throws GeneralSecurityException {
        long now = Instant.now().getEpochSecond();
        try {
            long sent = Long.parseLong(timestamp);
            if (sent < now - 300 || sent > now + 300) return false;
        } catch (NumberFormatException malformed) {
            return false;
        }
        byte[] key = secret.startsWith("whsec_")
                ? Base64.getDecoder().decode(secret.substring(6))
                : secret.getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update((id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8));
        String expected = "v1," + Base64.getEncoder().encodeToString(mac.doFinal(body));
        for (String given : signatures.split(" ")) {
            if (MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8)))
                return true;
        }
        return false;
    }
}
\`\`\`

With \`com.standardwebhooks:standardwebhooks\` from Maven Central:

<!-- block: java standardwebhooks -->

\`\`\`java
import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

public final class Webhooks {
    public static void verify(String secret, Map<String, List<String>> headers, byte[] body)
            throws WebhookVerificationException, EmptyWebhookSecretException {
        new Webhook(secret).verify(new String(body, StandardCharsets.UTF_8), headers);
    }
}
\`\`\`

### C#

<!-- block: csharp -->

\`\`\`csharp
using System;
using System.Linq;
using System.Security.Cryptography;
using System.Text;

public static class Webhooks
{
    public static bool Verify(string secret, string id, string timestamp, string signatures, byte[] body)
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        if (!long.TryParse(timestamp, out long sent) || sent < now - 300 || sent > now + 300) return false;
        byte[] key = secret.StartsWith("whsec_", StringComparison.Ordinal)
            ? Convert.FromBase64String(secret.Substring(6))
            : Encoding.UTF8.GetBytes(secret);
        byte[] signed = Encoding.UTF8.GetBytes($"{id}.{timestamp}.").Concat(body).ToArray();
        using var mac = new HMACSHA256(key);
        byte[] expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(mac.ComputeHash(signed)));
        return signatures.Split(' ')
            .Any(given => CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(given)));
    }
}
\`\`\`

With \`dotnet add package Svix\`:

<!-- block: csharp svix -->

\`\`\`csharp
using System;
using System.Text;
using Svix;

public static class Webhooks
{
    // Throws Svix.Exceptions.WebhookVerificationException. In ASP.NET Core: name => Request.Headers[name]
    public static void Verify(string secret, Func<string, string> header, byte[] body) =>
        new Webhook(secret).Verify(Encoding.UTF8.GetString(body), header);
}
\`\`\`

### PHP

<!-- block: php -->

\`\`\`php
<?php

function verify(string $secret, string $id, string $timestamp, string $signatures, string $body): bool
{
    if (!ctype_digit($timestamp) || abs(time() - (int) $timestamp) > 300) {
        return false;
    }
    $key = str_starts_with($secret, 'whsec_') ? base64_decode(substr($secret, 6)) : $secret;
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    foreach (explode(' ', $signatures) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}
\`\`\`

With \`composer require standard-webhooks/standard-webhooks\`:

<!-- block: php standardwebhooks -->

\`\`\`php
<?php

use StandardWebhooks\\Webhook;

/** The event; throws a StandardWebhooks\\Exception\\WebhookVerificationException. */
function verify(string $secret, array $headers, string $body): array
{
    return (new Webhook($secret))->verify($body, $headers);
}

// The headers by the names that it looks for: array_change_key_case(getallheaders())
\`\`\`

### Ruby

<!-- block: ruby -->

\`\`\`ruby
require "openssl"

def verify(secret, id, timestamp, signatures, body)
  return false unless timestamp.match?(/\\A\\d{1,12}\\z/) && (Time.now.to_i - timestamp.to_i).abs <= 300

  key = secret.start_with?("whsec_") ? secret.delete_prefix("whsec_").unpack1("m0") : secret
  signed = "#{id}.#{timestamp}.".b + body.b
  expected = "v1," + [OpenSSL::HMAC.digest("SHA256", key, signed)].pack("m0")
  signatures.split(" ").any? { |given| OpenSSL.secure_compare(expected, given) }
end
\`\`\`

With \`gem install standardwebhooks\`:

<!-- block: ruby standardwebhooks -->

\`\`\`ruby
require "standardwebhooks"

# The event; raises a StandardWebhooks::WebhookVerificationError. Headers by their lower-case names.
def verify(secret, headers, body)
  StandardWebhooks::Webhook.new(secret).verify(body, headers)
end
\`\`\`

### Rust

The standard library has no HMAC. With these dependencies:

<!-- block: rust dependencies -->

\`\`\`toml
base64 = "0.22"
hmac = "0.13"
sha2 = "0.11"
\`\`\`

<!-- block: rust -->

\`\`\`rust
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::time::{SystemTime, UNIX_EPOCH};

pub fn verify(secret: &str, id: &str, timestamp: &str, signatures: &str, body: &[u8]) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    if !timestamp.parse::<u64>().is_ok_and(|sent| sent.abs_diff(now) <= 300) {
        return false;
    }
    let key = match secret.strip_prefix("whsec_") {
        Some(encoded) => STANDARD.decode(encoded).expect("base64 follows whsec_"),
        None => secret.as_bytes().to_vec(),
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("HMAC takes a key of any length");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    signatures
        .split(' ')
        .filter_map(|one| STANDARD.decode(one.strip_prefix("v1,")?).ok())
        .any(|given| mac.clone().verify_slice(&given).is_ok())
}
\`\`\`

With \`cargo add standardwebhooks http\`:

<!-- block: rust standardwebhooks -->

\`\`\`rust
use http::HeaderMap;
use standardwebhooks::{Webhook, WebhookError};

pub fn verify(secret: &str, headers: &HeaderMap, body: &[u8]) -> Result<(), WebhookError> {
    Webhook::new(secret)?.verify(body, headers)
}
\`\`\`

### A secret without \`whsec_\`

The packages decode every secret as base64. For a secret of your own without \`whsec_\`, pass its bytes:
\`Webhook(secret.encode())\` in Python, \`new Webhook(Buffer.from(secret), { format: "raw"
})\` in Node, \`NewWebhookRaw([]byte(secret))\` in Go, \`new Webhook(secret.getBytes(UTF_8))\` in Java, \`new
Webhook(Encoding.UTF8.GetBytes(secret))\` in C#, \`Webhook::fromRaw($secret)\` in PHP, \`Webhook::from_bytes(secret.into())\`
in Rust.

### The profile's own header

\`X-Webhook-Signature\` (profile \`platform\`) is HMAC-SHA256 over the body alone, in lower-case hex. \`X-Signature\` (profile
\`tenant\`) is the same with \`sha256=\` before it. The key is the **whole secret** as text, with its \`whsec_\`. These
headers cover neither the id nor the time, so a recorded request stays valid forever (replay attack): prefer
\`webhook-signature\`.

<!-- block: python own -->

\`\`\`python
import hashlib
import hmac


def verify_own(secret: str, signature: str, body: bytes) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.removeprefix("sha256=").encode())
\`\`\`

<!-- block: node own -->

\`\`\`js
import { createHmac, timingSafeEqual } from "node:crypto";

export function verifyOwn(secret, signature, body) {
  const expected = Buffer.from(createHmac("sha256", secret).update(body).digest("hex"));
  const given = Buffer.from(signature.replace(/^sha256=/, ""));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
\`\`\`

### Public keys

A secret that begins with \`whsk_\` is an ed25519 private key. Its signatures begin with \`v1a,\`. You verify them with the
public key \`whpk_…\`, so a receiver holds no key that can sign. \`"secret_type": "ed25519"\` generates such a secret when a
subscription is created; its field \`public_keys\` has the keys that are valid now.

The same keys are at a URL of the subscription as a JSON Web Key Set (RFC 7517), for which a receiver needs no key of the
API: \`GET /api/v1/webhooks/subscriptions/{id}/jwks.json\`. Each key has a \`kid\`, its thumbprint (RFC 7638). The answer may
be kept for 5 minutes; read it again when no key verifies a signature. It has no key while a subscription signs with
shared secrets only.

The profile's own header (\`X-Webhook-Signature\`, \`X-Signature\`) needs the private key; verify \`webhook-signature\`. The
packages above do not support \`v1a\`. In Node:

<!-- block: node v1a -->

\`\`\`js
import { createPublicKey, verify as verifySignature } from "node:crypto";

/** \`key\` is whpk_…; the rest is as above. */
export function verify(key, id, timestamp, signatures, body) {
  if (!/^\\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const x = Buffer.from(key.slice("whpk_".length), "base64").toString("base64url");
  const publicKey = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  const signed = Buffer.concat([Buffer.from(\`\${id}.\${timestamp}.\`), body]);
  return signatures
    .split(" ")
    .filter((one) => one.startsWith("v1a,"))
    .some((one) => verifySignature(null, signed, publicKey, Buffer.from(one.slice(4), "base64")));
}
\`\`\`

### Troubleshooting verification

| symptom | cause |
| --- | --- |
| never verifies | the body was parsed and serialised again; use the received bytes |
| never verifies | the secret is not this subscription's, or has white space around it |
| \`webhook-signature\` fails, the profile's own header verifies | the key of \`webhook-signature\` is the part after \`whsec_\`, base64 decoded |
| the profile's own header fails, \`webhook-signature\` verifies | the key of the profile's own header is the whole secret as text |
| fails sometimes | one of several instances has an old secret or a wrong clock |
| fails since a rotation | the profile's own header is signed with the new secret at once |

## Answer

The status decides the outcome of the delivery. The body of your answer is ignored; its first 4 KiB are in the log.

| status | \`platform\` | \`tenant\` | \`standard\` |
| --- | --- | --- | --- |
| 200–299 | delivered | delivered | delivered |
| 300–399 | retried | delivered | retried |
| 410 | subscription disabled | failed | subscription disabled |
| 408, 429 | retried | retried | retried |
| other 400–499 | retried | failed | retried |
| 500–599 | retried | retried | retried |
| none: timeout, connection or TLS error | retried | retried | retried |

- **Timeout**: the whole answer has to arrive within 30 seconds (\`timeout_seconds\`, 5 to 300, of the subscription), for
  subscriptions of the tenant API within 10 seconds (\`WEBHOOK_TIMEOUT_SECONDS\` of the installation). This
  includes connecting. A late answer counts as none: the event is retried although you may have processed it.
- **410 Gone** unsubscribes. With \`platform\` and \`standard\` the subscription is disabled: no further event is
  matched to it until it is activated (\`POST /api/v1/webhooks/subscriptions/{id}/activate\`).
- **Redirects are never followed.** Change the subscription's URL instead.

## Retries

A failed attempt is retried with the backoff schedule of the profile. If the first attempt is at 12:00:00 and every
attempt fails at once, the attempts are at these times:

| attempt | \`platform\` | \`tenant\` | \`standard\` |
| --- | --- | --- | --- |
| 1 | 12:00:00 | 12:00:00 | 12:00:00 |
| 2 | 12:05:00 | 12:00:01 | 12:00:05 |
| 3 | 13:05:00 | 12:00:03 | 12:05:05 |
| 4 | 19:05:00 | 12:00:07 | 12:35:05 |
| 5 | | | 14:35:05 |
| 6 | | | 19:35:05 |
| 7 | | | next day 05:35:05 |
| 8 | | | next day 19:35:05 |
| 9 | | | third day 15:35:05 |
| 10 | | | fourth day 15:35:05 |

- Every wait has a jitter of up to 10 % either way, and begins when the attempt before it has ended: a timeout of 30
  seconds delays all later attempts by 30 seconds.
- \`max_retries\` (0 to 10) of a subscription changes the number of attempts; beyond the table the last wait repeats, and
  with \`tenant\` each wait is twice the one before it. \`retry_enabled: false\` leaves only the first attempt. An
  installation can change the first wait of \`tenant\` (\`WEBHOOK_RETRY_BASE_SECONDS\`) and its number of retries
  (\`WEBHOOK_MAX_RETRIES\`).
- **\`Retry-After\`** (seconds, or an HTTP date) with any 4xx or 5xx is respected up to 24 hours: the next attempt is not
  earlier.
- The platform may have set other times for your subscription, other results that are retried, and an age at which a
  delivery is not sent any more ([retries.md](retries.md)).
- After the last attempt the delivery has failed (dead letter). It stays in the log, and can be sent again (replay):
  \`POST /api/v1/webhooks/deliveries/{id}/retry\`, or \`POST /api/v1/tenant/webhooks/deliveries/{id}/retry\`. A replay
  starts a new round of attempts, with the same \`webhook-id\` and body and with a fresh timestamp and signature. The
  first of these calls also sends a delivered one again, with \`{"force": true}\`; its attempt is marked \`resend\` in the
  log.
- Events of a paused subscription are kept. They are sent when it is activated.

## Duplicates

An event arrives **at least once**: again after a lost answer, a timeout, a crash, or a replay. \`webhook-id\` is an
idempotency key: it is the same each time; the timestamp and the signature are not. Store the ids in the same
transaction as the work:

\`\`\`sql
CREATE TABLE received (webhook_id text PRIMARY KEY, received_at timestamptz NOT NULL DEFAULT now());

INSERT INTO received (webhook_id) VALUES ($1) ON CONFLICT DO NOTHING;  -- no row inserted: a duplicate; answer 200
\`\`\`

Keep an id for at least a week: the last attempt of \`standard\` comes after three days, and replays come later. If
several subscriptions have one URL, each of them sends the event with the same id; the body depends on the profile.

## Order

**Order is not guaranteed** unless the subscription is [\`ordered\`](ordering.md). Requests are made in parallel, and a retry arrives later than more recent events. Use one
of these methods:

- Treat an event as a notification that something changed, and read the current state from the product's API.
- Store the \`timestamp\` of the last change that you applied to an object, and ignore an older one. (\`timestamp\` is the
  time of the event; \`webhook-timestamp\` is the time of this attempt.)
- Make the work commutative: \`invoice.paid\` before \`invoice.created\` creates the invoice.

## Rotation

\`POST
/api/v1/webhooks/subscriptions/{id}/rotate-secret\` returns a new secret. For 24 hours (\`grace_seconds\`, 0 to 604800) \`webhook-signature\`
has two signatures, of the new and of the old secret, separated by a space. All code above accepts either, so rotation
needs no downtime:

1. Rotate, and store the new secret.
2. Give it to your receivers, one after the other, within the grace period.

\`secret_type\` (\`hmac\` or \`ed25519\`) changes the kind of the secret: during the grace period a request has a \`v1\` and a
\`v1a\` signature, so receivers move from a shared secret to a [public key](#public-keys) one after the other.

The profile's own header has only one signature, which is made with the new secret at once. A receiver that verifies it
has to try both secrets during the rotation.

## Confirm the URL

An installation with \`POSTRIDER_VERIFY_URLS=true\` checks that the owner of a URL wants its requests. When a subscription is
created, and when its URL changes, Postrider sends a \`POST\` of the type \`webhook.verification\` to the URL, signed and with
the custom headers and the credentials of the subscription:

\`\`\`json
{"type": "webhook.verification", "timestamp": "2026-11-30T12:00:00Z", "data": {"challenge": "5d41402abc4b2a76b9719d911017c592…"}}
\`\`\`

Answer with a 2xx status within 10 seconds (or \`timeout_seconds\`, if that is shorter), and with the challenge as the body, as
text or as the field \`challenge\` of a JSON object:

\`\`\`json
{"challenge": "5d41402abc4b2a76b9719d911017c592…"}
\`\`\`

With the profile \`tenant\` the body is \`{"challenge": …}\` alone. Without the right answer the subscription is refused with 422 on
the field \`url\`, or keeps its URL. The challenge is not in the log of deliveries, and no transformation applies to it. The
secret does not exist for you yet: \`webhook-signature\` of a challenge can only be verified with a secret that you gave.

## Network

- **Addresses**: \`GET /api/v1/egress-addresses\` lists the addresses that requests come from, if the operator has named them; ask
  the operator otherwise. An address proves nothing: verify the signature.
- **DNS**: your host name has to resolve to a public address, by IPv4 or IPv6. Loopback, private and link-local
  addresses are refused, unless the operator has allowed the network.
- **TLS**: version 1.2 or 1.3, with a certificate for the host name from a public authority, and with its intermediate
  certificates. Self-signed and expired certificates fail. \`http://\` URLs are refused unless the operator allows them.
- **HTTP**: HTTP/2 where your server offers it, else HTTP/1.1; [\`http_version\`](egress.md#http-version) of the subscription
  chooses one. Connections are reused (keep-alive).
- **Size**: a body has up to about 1 MiB.

## Try it

A receiver on your own machine verifies each request and prints it:

<!-- block: sh sink -->

\`\`\`sh
postrider sink --port 9000 --secret "$SECRET"
\`\`\`

\`--status 503\` and \`--delay 60\` make the receiver fail or hang. A test call sends a signed event to the subscription's
URL, waits, and returns the receiver's answer; a test is not retried:

<!-- block: sh test -->

\`\`\`sh
curl -s -X POST "$POSTRIDER_URL/api/v1/webhooks/subscriptions/$SUBSCRIPTION/test" \\
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \\
  -d '{"event_type": "invoice.created"}'
\`\`\`

\`GET /api/v1/webhooks/deliveries/{id}\` shows every attempt with the headers and bodies of its request and answer.
`;function p(e){return(/^## Verify$([\s\S]*?)^## /m.exec(e)?.[1]??``).split(/^### /m).slice(1).flatMap(e=>{let t=e.slice(0,e.indexOf(`
`)).trim(),n=/<!-- block: [a-z]+ -->\s*```[a-z#+]*\n([\s\S]*?)```/.exec(e);return n?.[1]===void 0?[]:[{language:t,code:n[1]}]})}var m=i(),h=p(f);function g(){let{subscriptions:e}=c(),t=e.code,[i,f]=(0,d.useState)(h[0]?.language??``),p=h.find(e=>e.language===i);return(0,m.jsxs)(s,{gap:`md`,maw:840,children:[(0,m.jsxs)(`div`,{children:[(0,m.jsx)(a,{order:3,children:t.title}),(0,m.jsx)(n,{c:`dimmed`,children:t.text})]}),(0,m.jsxs)(r,{justify:`space-between`,children:[(0,m.jsx)(o,{w:220,"aria-label":t.language,allowDeselect:!1,data:h.map(e=>e.language),value:i,onChange:e=>f(e??i)}),p&&(0,m.jsx)(l,{value:p.code,label:t.copy})]}),(0,m.jsx)(`pre`,{className:u.code,tabIndex:0,children:p?.code}),(0,m.jsx)(n,{size:`xs`,c:`dimmed`,children:t.docs})]})}export{g as default};