//! The signing secret: reveal, rotate with a time of grace, and what signs now.

import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { IconEye, IconEyeOff, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Time } from "@/shared/Time";
import { secretQuery } from "../queries";
import { useShapeWords } from "../shapeWords";
import { kindOf, PublicKeys } from "./publicKeys";
import { Rotate } from "./rotate";
import { SecretLine } from "./secretLine";

export function Secret({ scope, subscription }: { scope: Scope; subscription: SubscriptionDetail }) {
  const { subscriptions } = useMessages();
  const words = subscriptions.secret;
  const shape = useShapeWords().show;
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
      <Text>
        {shape.key}: {shape.kinds[kindOf(subscription, secrets.data?.secret)]}
      </Text>
      <PublicKeys subscription={subscription} />
      {!mayRead && <Text>{words.hidden}</Text>}
      {secrets.error && <ProblemNotice error={secrets.error} onRetry={() => void secrets.refetch()} inline />}
      {visible && (
        <Stack gap="sm">
          {secrets.data.secret ? <SecretLine name={words.now} secret={secrets.data.secret} /> : <Text>{words.none}</Text>}
          {secrets.data.previous.map(({ secret, until }) => (
            <SecretLine
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
