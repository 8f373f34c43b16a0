//! The signing secret: reveal, rotate with a time of grace, and what signs now.

import { Button, Group, Select, Stack, Text, Title } from "@mantine/core";
import { IconEye, IconEyeOff, IconRefresh } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactNode } from "react";
import { api, call } from "@/api/client";
import { keys } from "@/api/keys";
import { tenantHeader, type Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Confirm } from "@/shared/Confirm";
import { Id } from "@/shared/Id";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { serverNow } from "@/shared/clock";
import { Time } from "@/shared/Time";
import { secretQuery } from "../queries";
import classes from "./detail.module.css";
import { graceEnd, rotationQuery, Until } from "./oldSecret";

const GRACES = ["86400", "3600", "604800", "0"];
/** A profile's own header has one signature, so the new secret makes it at once. */
const OWN_HEADERS: Partial<Record<SubscriptionDetail["profile"], string>> = { platform: "X-Webhook-Signature", tenant: "X-Signature" };

export function Secret({ scope, subscription }: { scope: Scope; subscription: SubscriptionDetail }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.secret;
  const mayRead = useMay("secrets:read");
  const mayRotate = useMay("secrets:rotate");
  const [shown, setShown] = useState(false);
  const [rotating, setRotating] = useState(false);
  const secrets = useQuery({ ...secretQuery(scope, subscription.id), enabled: shown });
  const visible = shown && secrets.data !== undefined;
  return (
    <Stack gap="lg" maw={640}>
      <div>
        <Title order={3}>{words.title}</Title>
        <Text c="dimmed">{words.text}</Text>
      </div>
      {!mayRead && <Text>{words.hidden}</Text>}
      {secrets.error && <ProblemNotice error={secrets.error} onRetry={() => void secrets.refetch()} inline />}
      {visible && (
        <Stack gap="sm">
          {secrets.data.secret ? <Line name={words.now} secret={secrets.data.secret} /> : <Text>{words.none}</Text>}
          {secrets.data.previous.map(({ secret, until }) => (
            <Line
              key={secret}
              secret={secret}
              name={
                <>
                  {words.until} <Time at={until} as="exact" />
                </>
              }
            />
          ))}
        </Stack>
      )}
      <Group gap="sm">
        {mayRead && (
          <Button
            variant="default"
            leftSection={shown ? <IconEyeOff size={16} /> : <IconEye size={16} />}
            loading={secrets.isFetching}
            onClick={() => setShown(!shown)}
          >
            {shown ? words.hide : words.reveal}
          </Button>
        )}
        {mayRotate && (
          <Button variant="subtle" leftSection={<IconRefresh size={16} />} onClick={() => setRotating(true)}>
            {words.rotate}
          </Button>
        )}
      </Group>
      {rotating && (
        <Rotate
          scope={scope}
          subscription={subscription}
          // Only the profile `tenant` may have none.
          hasSecret={subscription.profile !== "tenant" || typeof secrets.data?.secret === "string"}
          onClose={() => setRotating(false)}
        />
      )}
    </Stack>
  );
}

function Line({ name, secret }: { name: ReactNode; secret: string }) {
  return (
    <div className={classes.secret}>
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Id value={secret} whole />
    </div>
  );
}

interface RotateProps {
  scope: Scope;
  subscription: SubscriptionDetail;
  hasSecret: boolean;
  onClose: () => void;
}

function Rotate({ scope, subscription: { id, profile }, hasSecret, onClose }: RotateProps) {
  const { subscriptions, shared } = useMessages();
  const words = subscriptions.secret;
  const queries = useQueryClient();
  const rotation = rotationQuery(scope, id);
  const old = useQuery(rotation).data;
  const ownHeader = OWN_HEADERS[profile];
  const [grace, setGrace] = useState("86400");
  const rotate = useMutation({
    mutationFn: () =>
      call(
        api.POST("/api/v1/webhooks/subscriptions/{id}/rotate-secret", {
          params: { path: { id }, header: tenantHeader(scope) },
          body: { grace_seconds: Number(grace) },
        }),
      ),
    gcTime: 0,
    onSuccess: () => {
      if (hasSecret) queries.setQueryData(rotation.queryKey, { until: graceEnd(Number(grace), serverNow()) });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.subscriptions.secret(scope, id) }),
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
          <Line name={words.now} secret={rotated.secret} />
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
