//! The public keys of a subscription, which receivers verify with, and where they fetch them.

import { Stack, Text } from "@mantine/core";
import { serverUrl } from "@/api/base";
import type { SubscriptionDetail } from "@/api/types";
import { Copy, Id } from "@/shared/Id";
import { useShapeWords } from "../shapeWords";
import classes from "./detail.module.css";

export function PublicKeys({ subscription: { id, public_keys: keys } }: { subscription: SubscriptionDetail }) {
  const words = useShapeWords().show;
  if (keys.length === 0) return null;
  const jwks = `${serverUrl()}/api/v1/webhooks/subscriptions/${encodeURIComponent(id)}/jwks.json`;
  return (
    <Stack gap="sm" role="group" aria-label={words.publicKeys}>
      <Text c="dimmed">{words.publicKeysHelp}</Text>
      {keys.map((key) => (
        <div key={key} className={classes.secret}>
          <Id value={key} whole />
        </div>
      ))}
      <Text component="div">
        {words.jwks} <code className={classes.address}>{jwks}</code> <Copy value={jwks} label={words.copyJwks} />
      </Text>
    </Stack>
  );
}

/**
 * The kind of the secret that signs now. The API tells it by the secret alone; without it, public keys tell the kind
 * unless one kind is being rotated to the other, which the page cannot see.
 */
export function kindOf({ public_keys: keys }: Pick<SubscriptionDetail, "public_keys">, secret: string | null | undefined): "hmac" | "ed25519" {
  if (typeof secret === "string") return secret.startsWith("whsk_") ? "ed25519" : "hmac";
  return keys.length > 0 ? "ed25519" : "hmac";
}
