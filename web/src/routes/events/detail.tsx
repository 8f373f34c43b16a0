//! The open event: who accepted it, its payload, and what can be done with it.

import { Button, Group, Skeleton, Stack, Tabs, Text } from "@mantine/core";
import { IconRepeat } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useEventWords } from "@/actions/eventWords";
import { ActionMenu } from "@/actions/ActionMenu";
import { useEventActions, type EventStep } from "@/actions/event";
import { useActionKeys, useScreenActions } from "@/actions/registry";
import { payloadQuery } from "@/api/objects";
import { narrow, type Scope } from "@/api/scope";
import type { PublishedEvent } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { Foreign } from "@/shared/Foreign";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { Facts } from "./facts";
import { VIEWS } from "./filter";
import { Lead } from "./lead";
import classes from "./page.module.css";
import { eventQuery } from "./queries";
import { Receivers } from "./receivers";
import type { Recipient } from "./recipients";
import { eventsRoute } from "./route";
import { SendTo } from "./sendTo";
import { Steps } from "./steps";

export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const events = useEventWords();
  const { of } = eventsRoute.useSearch();
  const scope = narrow(useScope(), of);
  const event = useQuery(eventQuery(scope, id));
  return (
    <Panel label={events.detail.label} onClose={onClose} title={event.data && <Foreign text={event.data.type} />}>
      {scope.tenant === null ? (
        <Text c="dimmed">{events.detail.chooseTenant}</Text>
      ) : event.data ? (
        <Body scope={scope} event={event.data} />
      ) : event.error ? (
        <ObjectFailed error={event.error} onRetry={() => void event.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={22} width={220} />
          <Skeleton height={96} />
          <Skeleton height={320} />
        </Stack>
      )}
    </Panel>
  );
}

function Body({ scope, event }: { scope: Scope; event: PublishedEvent }) {
  const events = useEventWords();
  const { view = "receivers" } = eventsRoute.useSearch();
  const navigate = useNavigate({ from: eventsRoute.fullPath });
  const [asked, setAsked] = useState<EventStep | null>(null);
  const [recipient, setRecipient] = useState<Recipient | null>(null);
  const actions = useEventActions(event, setAsked);
  useScreenActions(actions);
  const onKeyDown = useActionKeys(actions);
  const republish = actions.find(({ id }) => id === "event-republish");
  const chosen = (value: string | null) => VIEWS.find((known) => known === value && known !== "receivers");
  return (
    <Stack gap="lg" onKeyDown={onKeyDown}>
      <Lead scope={scope} event={event} />
      <Group gap="sm">
        {republish && (
          <Button variant="default" leftSection={<IconRepeat size={16} />} onClick={republish.run}>
            {republish.label}
          </Button>
        )}
        <span className={classes.menu}>
          <ActionMenu actions={actions} />
        </span>
      </Group>
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(value) => void navigate({ search: (before) => ({ ...before, view: chosen(value) }), replace: true })}
      >
        <Tabs.List>
          <Tabs.Tab value="receivers">{events.detail.receivers}</Tabs.Tab>
          <Tabs.Tab value="payload">{events.detail.payload}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="receivers" pt="md">
          <Receivers scope={scope} event={event} onSend={setRecipient} />
        </Tabs.Panel>
        <Tabs.Panel value="payload" pt="md">
          {event.payload_erased_at ? <Text c="dimmed">{events.detail.erased}</Text> : <Payload scope={scope} event={event} />}
        </Tabs.Panel>
      </Tabs>
      <Facts event={event} />
      <Steps scope={scope} event={event} step={asked} onClose={() => setAsked(null)} />
      <SendTo scope={scope} event={event} recipient={recipient} onClose={() => setRecipient(null)} />
    </Stack>
  );
}

function Payload({ scope, event }: { scope: Scope; event: PublishedEvent }) {
  const events = useEventWords();
  const payload = useQuery(payloadQuery(scope, event.id));
  const metadata = Object.keys(event.metadata).length > 0 ? JSON.stringify(event.metadata) : null;
  if (payload.error) return <ProblemNotice error={payload.error} onRetry={() => void payload.refetch()} inline />;
  if (payload.data === undefined) return <Skeleton height={240} />;
  return (
    <Stack gap="md">
      <JsonView text={payload.data} label={events.detail.payload} />
      {metadata !== null && (
        <div>
          <h3 className={classes.heading}>{events.detail.metadata}</h3>
          <JsonView text={metadata} label={events.detail.metadata} />
        </div>
      )}
    </Stack>
  );
}
