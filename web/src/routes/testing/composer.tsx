//! The form: what is sent to which subscription, and whether it fits the catalog.

import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef } from "react";
import { eventTypesQuery } from "@/api/choices";
import type { Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { testing as english } from "@/messages/en/testing";
import { testing as spanish } from "@/messages/es/testing";
import { useWords } from "@/messages/words";
import { useMay } from "@/session/context";
import { Channels } from "@/shared/Channels";
import { JsonEditor } from "@/shared/JsonEditor";
import { showHidden } from "@/shared/text";
import { Answer, Misfits } from "./checks";
import { testingRoute } from "./route";
import { SendButtons } from "./send";
import { SubscriptionChoice, TypeChoice, typeFor } from "./subject";
import { useDraft } from "./useDraft";
import type { Sent } from "./useSent";

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
  onSent: (sent: Omit<Sent, "key" | "at">) => void;
}

export function Composer({ scope, subscription, onSent }: Props) {
  const words = useWords({ en: english, es: spanish });
  const search = testingRoute.useSearch();
  const types = useQuery(eventTypesQuery(scope)).data ?? [];
  const type = typeFor(search.type, subscription.events, types.map(({ event_type: name }) => name));
  const draft = useDraft(scope, type);
  const editor = useRef<HTMLTextAreaElement>(null);
  const mayPublish = useMay("events:publish");
  const match = draft.preview?.matches.find(({ subscription_id: id }) => id === subscription.id);
  const reach = match?.reason;
  return (
    <Stack gap="md">
      <Answer type={type} draft={draft} />
      <SubscriptionChoice subscription={subscription} />
      <TypeChoice scope={scope} patterns={subscription.events} type={type} />
      {draft.loading ? (
        <Skeleton height={360} />
      ) : (
        <JsonEditor
          label={words.payload}
          text={draft.text}
          onChange={draft.setText}
          read={draft.read}
          rows={16}
          input={editor}
          tools={
            draft.restorable && (
              <Button variant="subtle" color="gray" size="compact-xs" onClick={draft.restore}>
                {words.example}
              </Button>
            )
          }
        />
      )}
      <Misfits draft={draft} editor={editor} />
      {mayPublish && <Channels value={draft.channels} onChange={draft.setChannels} description={words.channels} />}
      {subscription.is_active ? (
        reach && reach !== "receives" && (
          <Text c="dimmed">
            {words.reach[reach] ?? ""} {match?.explanation && <bdi>({showHidden(match.explanation)})</bdi>}
          </Text>
        )
      ) : (
        <Text c="var(--pr-warn)">
          {words.inactive}{" "}
          <Link to="/subscriptions/$id" params={{ id: subscription.id }} search={{ of: search.of }}>
            {words.openSubscription}
          </Link>
        </Text>
      )}
      <SendButtons scope={scope} subscription={subscription} type={type} draft={draft} onSent={onSent} />
    </Stack>
  );
}
