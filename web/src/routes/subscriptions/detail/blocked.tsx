//! Blocking deliveries of an ordered subscription: those that have failed and that others wait for, and how to go on.

import { Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type RefObject } from "react";
import { useCancelDelivery, useResend } from "@/actions/delivery";
import type { Scope } from "@/api/scope";
import type { SubscriptionDetail } from "@/api/types";
import { useMay } from "@/session/context";
import { Confirm } from "@/shared/Confirm";
import { useFormat } from "@/shared/format";
import { ProblemNotice } from "@/shared/ProblemNotice";
import { showHidden } from "@/shared/text";
import { useRoom } from "@/shared/useRoom";
import { useOrderWords } from "../orderWords";
import { orderQuery, type Blocking } from "../queries";
import classes from "./blocked.module.css";
import { COUNTED, countOf, plainKey, Row, WideRow } from "./blockedRow";

/** Bound of the API. */
const LISTED = 100;

interface Props {
  scope: Scope;
  subscription: SubscriptionDetail;
}

/** Deliveries from before the order was removed may still block others; without any waiting one, none does. */
export function useOrder(scope: Scope, { id, ordered, backlog }: SubscriptionDetail) {
  const enabled = Boolean(ordered) || (backlog?.waiting ?? 0) > 0;
  const { data, error, refetch } = useQuery({ ...orderQuery(scope, id), enabled });
  return { blocking: enabled ? data?.blocking : [], error, refetch };
}

export function Blocked({ scope, subscription }: Props) {
  const { blocked: words } = useOrderWords();
  const isOrdered = Boolean(subscription.ordered);
  const order = useOrder(scope, subscription);
  const { blocking } = order;
  const [skipped, setSkipped] = useState<Blocking | null>(null);
  const section = useRef<HTMLElement>(null);
  const [asked, left] = useFocusReturn(section, skipped === null, blocking);
  if (order.error && isOrdered && blocking === undefined) return <ProblemNotice error={order.error} onRetry={() => void order.refetch()} inline />;
  if (blocking === undefined || (!isOrdered && blocking.length === 0 && skipped === null)) return null;
  const skip = (one: Blocking) => {
    asked();
    setSkipped(one);
  };
  return (
    <section ref={section} aria-label={words.title} tabIndex={-1} className={classes.section} onBlur={left}>
      {blocking.length === 0 ? (
        <Text c="dimmed">{words.nothing}</Text>
      ) : (
        <List scope={scope} blocking={blocking} isOrdered={isOrdered} onAct={asked} onSkip={skip} />
      )}
      {skipped && <Skip scope={scope} one={skipped} onClose={() => setSkipped(null)} />}
    </section>
  );
}

/**
 * After a button was used, the focus goes back to it; to the section when its row has gone. Returns what such a button calls,
 * and what the section calls when its reader goes elsewhere.
 */
function useFocusReturn(section: RefObject<HTMLElement | null>, isClosed: boolean, rows: unknown): [asked: () => void, left: () => void] {
  const button = useRef<HTMLElement | null>(null);
  useEffect(() => {
    if (!isClosed || button.current === null || document.activeElement !== document.body) return;
    (button.current.isConnected ? button.current : section.current)?.focus({ preventScroll: true });
  }, [isClosed, rows, section]);
  return [
    () => {
      button.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    },
    () => {
      if (isClosed) button.current = null;
    },
  ];
}

interface ListProps {
  scope: Scope;
  blocking: Blocking[];
  isOrdered: boolean;
  onAct: () => void;
  onSkip: (one: Blocking) => void;
}

function List({ scope, blocking, isOrdered, onAct, onSkip }: ListProps) {
  const { blocked: words } = useOrderWords();
  const format = useFormat();
  const room = useRoom(false);
  const mayRetry = useMay("deliveries:retry");
  const maySkip = useMay("deliveries:cancel");
  const resend = useResend(scope);
  const waiting = blocking.reduce((sum, one) => sum + one.waiting, 0);
  const capped = blocking.some((one) => one.waiting >= COUNTED) || blocking.length >= LISTED;
  const withKeys = blocking.some(({ keyText }) => keyText !== null);
  const rowOf = (one: Blocking) => ({
    scope,
    one,
    onRetry: mayRetry ? () => (onAct(), resend.mutate(one)) : null,
    onSkip: maySkip ? () => onSkip(one) : null,
    retrying: resend.isPending && resend.variables.id === one.id,
  });
  return (
    <>
      <Title order={3}>{words.title}</Title>
      <Text mb="xs">
        {words.sentence(format.number(blocking.length), `${format.number(waiting)}${capped ? "+" : ""}`)}{" "}
        {blocking.length >= LISTED && words.first(format.number(LISTED))} {!isOrdered && words.leftover}
      </Text>
      {resend.error && <ProblemNotice error={resend.error} inline />}
      <Table layout="fixed" className={classes.table}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{words.columns.type}</Table.Th>
            {room && withKeys && <Table.Th w="20%">{words.columns.key}</Table.Th>}
            {room && <Table.Th w={112}>{words.columns.since}</Table.Th>}
            {room && <Table.Th w={80} ta="right">{words.columns.attempts}</Table.Th>}
            {room && <Table.Th w={112} ta="right">{words.columns.next}</Table.Th>}
            <Table.Th w={88} ta="right">{words.columns.waiting}</Table.Th>
            {(mayRetry || maySkip) && (
              <Table.Th w={room ? 196 : 48}>
                <span className="visually-hidden">{words.columns.act}</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {blocking.map((one) => (room ? <WideRow key={one.id} {...rowOf(one)} withKeys={withKeys} /> : <Row key={one.id} {...rowOf(one)} />))}
        </Table.Tbody>
      </Table>
    </>
  );
}

interface SkipProps {
  scope: Scope;
  one: Blocking;
  onClose: () => void;
}

function Skip({ scope, one, onClose }: SkipProps) {
  const { blocked: words } = useOrderWords();
  const format = useFormat();
  const cancel = useCancelDelivery(scope);
  return (
    <Confirm
      opened
      onClose={onClose}
      title={words.skipTitle}
      action={words.skipTitle}
      destructive
      pending={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate(one, { onSuccess: onClose })}
    >
      <Text>
        <bdi>{words.skipText(showHidden(one.event_type), one.keyText === null ? null : showHidden(plainKey(one.keyText)))}</bdi>
      </Text>
      <Text mt="xs">{words.skipNext(countOf(one, format))}</Text>
    </Confirm>
  );
}
