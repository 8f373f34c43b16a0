//! A delivery that blocks others, in a row: in columns, or below its type where there is no room for them.

import { Button, Group, Table, Text } from "@mantine/core";
import { IconPlayerSkipForward, IconSend } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { ActionMenu } from "@/actions/ActionMenu";
import type { Scope } from "@/api/scope";
import { Foreign } from "@/shared/Foreign";
import { useFormat, type Format } from "@/shared/format";
import { parseJson } from "@/shared/jsonTree";
import { showHidden } from "@/shared/text";
import { Absent, Countdown, Time } from "@/shared/Time";
import { useOrderWords } from "../orderWords";
import type { Blocking } from "../queries";
import classes from "./blocked.module.css";

/** Bound of the API: more are not counted. */
export const COUNTED = 10_000;

interface RowProps {
  scope: Scope;
  one: Blocking;
  onRetry: (() => void) | null;
  onSkip: (() => void) | null;
  retrying: boolean;
}

export function WideRow({ scope, one, onRetry, onSkip, retrying, withKeys }: RowProps & { withKeys: boolean }) {
  const { blocked: words } = useOrderWords();
  const format = useFormat();
  const type = showHidden(one.event_type);
  return (
    <Table.Tr>
      <Table.Td>
        <What scope={scope} one={one} />
      </Table.Td>
      {withKeys && <Table.Td>{one.keyText === null ? <Absent /> : <Key text={one.keyText} />}</Table.Td>}
      <Table.Td>
        <Time at={one.blocked_since} />
      </Table.Td>
      <Table.Td ta="right">{format.number(one.attempt_number)}</Table.Td>
      <Table.Td ta="right">{one.next_retry_at ? <Countdown until={one.next_retry_at} /> : <Absent />}</Table.Td>
      <Table.Td ta="right">
        {countOf(one, format)}
      </Table.Td>
      {(onRetry || onSkip) && (
        <Table.Td>
          <Group gap={4} justify="flex-end" wrap="nowrap">
            {onRetry && (
              <RetryButton label={words.retryOf(type)} busy={retrying || one.status === "pending"} onClick={onRetry}>
                {words.retry}
              </RetryButton>
            )}
            {onSkip && (
              <Button variant="subtle" color="gray" size="compact-sm" aria-label={words.skipOf(type)} onClick={onSkip}>
                {words.skip}
              </Button>
            )}
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

/** Not `disabled` while it is busy: that would take the focus from it. */
function RetryButton({ label, busy, onClick, children }: { label: string; busy: boolean; onClick: () => void; children: string }) {
  return (
    <Button
      variant="default"
      size="compact-sm"
      aria-label={label}
      aria-disabled={busy}
      data-disabled={busy || undefined}
      onClick={busy ? undefined : onClick}
    >
      {children}
    </Button>
  );
}

/** Where there is no room for columns, what they say stands below the type, and the actions are in a menu. */
export function Row({ scope, one, onRetry, onSkip }: RowProps) {
  const { blocked: words } = useOrderWords();
  const format = useFormat();
  const actions = [
    onRetry && one.status !== "pending" && { id: `retry-${one.id}`, label: words.retry, icon: IconSend, run: onRetry },
    onSkip && { id: `skip-${one.id}`, label: words.skip, icon: IconPlayerSkipForward, destructive: true, run: onSkip },
  ].filter((action) => action !== null && action !== false);
  return (
    <Table.Tr>
      <Table.Td>
        <What scope={scope} one={one} />
        <Text size="xs" c="dimmed">
          {words.since} <Time at={one.blocked_since} /> · {words.attempts(format.number(one.attempt_number))}
          {one.next_retry_at && (
            <>
              {" "}
              · {words.next} <Countdown until={one.next_retry_at} />
            </>
          )}
        </Text>
        {one.keyText !== null && (
          <div className={classes.keyLine}>
            {words.columns.key} <Key text={one.keyText} />
          </div>
        )}
      </Table.Td>
      <Table.Td ta="right">
        {countOf(one, format)}
      </Table.Td>
      {(onRetry || onSkip) && (
        <Table.Td ta="right">
          <ActionMenu actions={actions} label={words.more(showHidden(one.event_type))} />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function What({ scope, one }: { scope: Scope; one: Blocking }) {
  const tenant = scope.tenant ?? undefined;
  return (
    <>
      <Link to="/deliveries" search={{ tenant, open: one.id, of: tenant, subscription: one.subscription_id, since: "all", status: "waiting" }}>
        <Foreign text={one.event_type} />
      </Link>
      {one.error_message && (
        <Text size="xs" c="var(--pr-bad)" component="div">
          <Foreign text={one.error_message} />
        </Text>
      )}
    </>
  );
}

/** A string without its quotes, unless it would read as another value. */
function Key({ text }: { text: string }) {
  return (
    <code className={classes.key}>
      <Foreign text={plainKey(text)} />
    </code>
  );
}

export function plainKey(text: string): string {
  if (!text.startsWith('"')) return text;
  const value = JSON.parse(text) as string;
  return value.trim() !== value || value === "" || parseJson(value).ok ? text : value;
}

/** The number of deliveries behind it. */
export function countOf({ waiting }: Blocking, format: Format): string {
  return `${format.number(waiting)}${waiting >= COUNTED ? "+" : ""}`;
}
