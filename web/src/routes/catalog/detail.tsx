//! The open event type: its schema as a table, its example, its subscriptions, and payloads that broke it.

import { Group, Skeleton, Stack, Table, Text, Title } from "@mantine/core";
import { IconArchive, IconPencil } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { Action } from "@/actions/action";
import { ActionMenu } from "@/actions/ActionMenu";
import { useScreenActions } from "@/actions/registry";
import { keys } from "@/api/keys";
import type { EventTypeShown, Misfit } from "@/api/types";
import { ObjectFailed } from "@/frame/screens/Failed";
import { useScope } from "@/frame/useScope";
import { useMessages } from "@/messages/context";
import { useMay } from "@/session/context";
import { Confirm } from "@/shared/Confirm";
import { Foreign } from "@/shared/Foreign";
import { JsonView } from "@/shared/JsonView";
import { Panel } from "@/shared/Panel";
import { Time } from "@/shared/Time";
import { showHidden } from "@/shared/text";
import { TypeForm } from "./form";
import classes from "./page.module.css";
import { retireType, typeQuery } from "./queries";
import { schemaRows } from "./schema";

interface Props {
  type: string;
  misfits: Misfit[];
  onClose: () => void;
}

export function TypePanel({ type, misfits, onClose }: Props) {
  const { catalog } = useMessages();
  const scope = useScope();
  const shown = useQuery(typeQuery(scope, type));
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

function Change({ type, onRetired }: { type: EventTypeShown; onRetired: () => void }) {
  const { catalog } = useMessages();
  const scope = useScope();
  const queries = useQueryClient();
  const mayOperate = useMay("operate");
  const [step, setStep] = useState<"change" | "retire" | null>(null);
  const retire = useMutation({
    mutationFn: () => retireType(type.event_type),
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
        <Text>{catalog.retire.text(showHidden(type.event_type))}</Text>
      </Confirm>
    </>
  );
}

function Body({ type, misfits }: { type: EventTypeShown; misfits: Misfit[] }) {
  const { catalog } = useMessages();
  const words = catalog.detail;
  return (
    <Stack gap="lg">
      <Text>{showHidden(type.description)}</Text>
      <Group gap="lg">
        <Link to="/subscriptions" search={{ type: type.event_type }}>
          {words.subscriptions}
        </Link>
        <Link to="/events" search={{ type: type.event_type }}>
          {words.events}
        </Link>
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
      <Schema schema={type.schema} />
      {type.example && (
        <section>
          <Title order={3}>{words.example}</Title>
          <JsonView text={JSON.stringify(type.example)} label={words.example} />
        </section>
      )}
    </Stack>
  );
}

function Schema({ schema }: { schema: EventTypeShown["schema"] }) {
  const { catalog } = useMessages();
  const words = catalog.detail;
  if (!schema) return <Text c="dimmed">{words.noSchema}</Text>;
  return (
    <section>
      <Title order={3}>{words.schema}</Title>
      <Table.ScrollContainer minWidth={320}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{words.field}</Table.Th>
              <Table.Th>{words.meaning}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {schemaRows(schema).map((row) => (
              <Table.Tr key={row.path}>
                <Table.Td className={classes.path}>
                  {showHidden(row.path)}
                  <Text size="xs" c="dimmed">
                    {showHidden(row.type)}
                    {row.required && ` · ${words.required}`}
                  </Text>
                </Table.Td>
                <Table.Td>{showHidden(row.description)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </section>
  );
}
