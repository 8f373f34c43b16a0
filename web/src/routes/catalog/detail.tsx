//! The open event type: its schema as a table, its example, its subscriptions, and payloads that broke it.

import { Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconArchive, IconPencil } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Action } from "@/actions/action";
import { ActionMenu } from "@/actions/ActionMenu";
import { useScreenActions } from "@/actions/registry";
import { keys } from "@/api/keys";
import { eventTypeQuery, type EventTypeDetail } from "@/api/objects";
import type { Misfit } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMay } from "@/session/context";
import { Confirm } from "@/shared/Confirm";
import { Foreign } from "@/shared/Foreign";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { Time } from "@/shared/Time";
import { showHidden } from "@/shared/text";
import { TypeForm } from "./form";
import classes from "./page.module.css";
import { retireType } from "./queries";
import { Schema } from "./schemaTable";
import { Subscribers } from "./subscribers";
import { useCatalogWords } from "./words";

interface Props {
  type: string;
  misfits: Misfit[];
  onClose: () => void;
}

export function TypePanel({ type, misfits, onClose }: Props) {
  const catalog = useCatalogWords();
  const scope = useScope();
  const shown = useQuery(eventTypeQuery(scope, type));
  return (
    <Panel
      label={catalog.detail.label}
      title={<Foreign text={type} />}
      onClose={onClose}
      actions={shown.data && <Change type={shown.data} onRetired={onClose} />}
    >
      {scope.tenant === null ? (
        <Text c="dimmed">{catalog.chooseTenantText}</Text>
      ) : shown.data ? (
        <Body type={shown.data} misfits={misfits.filter(({ event_type }) => event_type === type)} />
      ) : shown.error ? (
        <ObjectFailed error={shown.error} onRetry={() => void shown.refetch()} />
      ) : (
        <Stack>
          <Skeleton height={44} />
          <Skeleton height={280} />
        </Stack>
      )}
    </Panel>
  );
}

function Change({ type, onRetired }: { type: EventTypeDetail; onRetired: () => void }) {
  const catalog = useCatalogWords();
  const scope = useScope();
  const queries = useQueryClient();
  const mayOperate = useMay("operate");
  const [step, setStep] = useState<"change" | "retire" | null>(null);
  const retire = useMutation({
    mutationFn: () => retireType(type.type.event_type),
    onSuccess: onRetired,
    onSettled: () => queries.invalidateQueries({ queryKey: keys.catalog.all(scope) }),
  });
  const actions: Action[] = mayOperate
    ? [
        { id: "type-change", label: catalog.change, icon: IconPencil, run: () => setStep("change") },
        { id: "type-retire", label: catalog.retire.action, icon: IconArchive, destructive: true, run: () => setStep("retire") },
      ]
    : [];
  useScreenActions(actions);
  return (
    <>
      <ActionMenu actions={actions} />
      {step === "change" && <TypeForm scope={scope} type={type} onClose={() => setStep(null)} />}
      <Confirm
        opened={step === "retire"}
        onClose={() => setStep(null)}
        title={catalog.retire.action}
        action={catalog.retire.action}
        destructive
        pending={retire.isPending}
        error={retire.error}
        onConfirm={() => retire.mutate()}
      >
        <Text>{catalog.retire.text(showHidden(type.type.event_type))}</Text>
      </Confirm>
    </>
  );
}

function Body({ type, misfits }: { type: EventTypeDetail; misfits: Misfit[] }) {
  const catalog = useCatalogWords();
  const words = catalog.detail;
  const { type: shown, schema, exampleText } = type;
  const mayTest = useMay("test:send");
  return (
    <Stack gap="lg">
      <Text>{showHidden(shown.description)}</Text>
      <Group gap="lg">
        <Link to="/events" search={{ type: shown.event_type }}>
          {words.events}
        </Link>
        {mayTest && (
          <Link to="/testing" search={{ type: shown.event_type }}>
            {words.test}
          </Link>
        )}
      </Group>
      {misfits.length > 0 && (
        <section>
          <Title order={3}>{words.misfits}</Title>
          <ul className={classes.faults}>
            {misfits.map(({ kind, times, last_at: at, last_fault: fault }) => (
              <li key={kind}>
                {words.misfit(times)} · <Time at={at} />
                <div className={classes.path}>{showHidden(fault)}</div>
              </li>
            ))}
          </ul>
        </section>
      )}
      <Subscribers type={shown.event_type} />
      <Schema schema={schema} />
      {exampleText !== null && (
        <section>
          <Title order={3}>{words.example}</Title>
          <JsonView text={exampleText} label={words.example} />
        </section>
      )}
    </Stack>
  );
}
