//! Rotates the signing secret, with a time of grace, and shows the new one once.

import { Select, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { SecretType, SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { Confirm } from "@/shared/Confirm";
import { Id } from "@/shared/Id";
import { useShapeWords } from "../shapeWords";
import { rotationQuery, Until } from "./oldSecret";
import { SecretLine } from "./secretLine";

const GRACES = ["86400", "3600", "604800", "0"];
/** A profile's own header has one signature, so the new secret makes it at once. */
const OWN_HEADERS: Partial<Record<SubscriptionDetail["profile"], string>> = { platform: "X-Webhook-Signature", tenant: "X-Signature" };

interface RotateProps {
  scope: Scope;
  subscription: SubscriptionDetail;
  hasSecret: boolean;
  onClose: () => void;
}

export function Rotate({ scope, subscription: { id, profile }, hasSecret, onClose }: RotateProps) {
  const { subscriptions, shared } = useMessages();
  const words = subscriptions.secret;
  const shape = useShapeWords();
  const queries = useQueryClient();
  const rotation = rotationQuery(scope, id);
  const old = useQuery(rotation).data;
  const ownHeader = OWN_HEADERS[profile];
  const [grace, setGrace] = useState("86400");
  const [kind, setKind] = useState<SecretType | "same">("same");
  const rotate = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/webhooks/subscriptions/{id}/rotate-secret", {
          params: { path: { id }, header: tenantHeader(scope) },
          body: { grace_seconds: Number(grace), ...(kind === "same" ? {} : { secret_type: kind }) },
        }),
      ),
    gcTime: 0,
    onSuccess: ({ previous_until: until }) => {
      if (hasSecret) queries.setQueryData(rotation.queryKey, { until: until ?? null });
    },
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: keys.subscriptions.secret(scope, id) }),
        queries.invalidateQueries({ queryKey: keys.subscriptions.detail(scope, id) }),
      ]),
  });
  const rotated = rotate.data;
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.rotate}
      action={rotated ? shared.close : words.rotate}
      pending={rotate.isPending}
      error={rotate.error}
      onConfirm={() => (rotated ? onClose() : rotate.mutate())}
    >
      {rotated ? (
        <Stack gap="sm">
          <Text>{words.rotated}</Text>
          <SecretLine name={words.now} secret={rotated.secret} />
          {rotated.public_key && (
            <>
              <Text>{shape.publicKey}</Text>
              <Id value={rotated.public_key} whole />
            </>
          )}
          {old && <Until rotation={old} />}
        </Stack>
      ) : (
        <Stack gap="md">
          <Text>{words.rotateText}</Text>
          <Select
            label={words.grace}
            allowDeselect={false}
            data={GRACES.map((value) => ({ value, label: words.graces[value] ?? value }))}
            value={grace}
            onChange={(value) => setGrace(value ?? "86400")}
          />
          <Select
            label={shape.show.newKind}
            allowDeselect={false}
            data={[
              { value: "same", label: shape.show.sameKind },
              ...(["hmac", "ed25519"] as const).map((value) => ({ value, label: shape.show.kinds[value] })),
            ]}
            value={kind}
            onChange={(value) => setKind(value === "hmac" || value === "ed25519" ? value : "same")}
          />
          {kind !== "same" && grace !== "0" && (
            <Text size="sm" c="dimmed">
              {shape.show.bothKinds}
            </Text>
          )}
          {ownHeader && grace !== "0" && (
            <Text size="sm" c="dimmed">
              {words.ownHeader(ownHeader)}
            </Text>
          )}
        </Stack>
      )}
    </Confirm>
  );
}
