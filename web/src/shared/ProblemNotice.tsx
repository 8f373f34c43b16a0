//! A failure in words: what happened, why, what to do, and the request id.

import { Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { ApiError, UnreachableError } from "@/api/problem";
import type { Messages } from "@/messages/en";
import { useMessages } from "@/messages/context";
import { Copy } from "./Id";
import classes from "./ProblemNotice.module.css";
import { showHidden } from "./text";

interface Props {
  error: unknown;
  /** Absent when repeating makes no sense, as for a rejected form. */
  onRetry?: (() => void) | undefined;
  /** Of a button or form, instead of a list or page. */
  inline?: boolean;
}

export function ProblemNotice({ error, onRetry, inline = false }: Props) {
  const { shared } = useMessages();
  const queries = useQueryClient();
  const { title, detail, advice } = describe(error, shared.problem, inline);
  const requestId = error instanceof ApiError ? error.problem?.request_id : undefined;
  const expired = error instanceof ApiError && error.status === 401;
  return (
    <div role="alert" className={classes.notice} data-inline={inline}>
      <IconAlertTriangle size={18} className={classes.icon} aria-hidden="true" />
      <div className={classes.body}>
        <Text fw={600}>{title}</Text>
        <Text className={classes.detail}>{showHidden(detail)}</Text>
        {advice && <Text c="dimmed">{advice}</Text>}
        <Group gap="md" mt="xs">
          {expired && (
            <Button variant="default" onClick={() => void queries.resetQueries({ queryKey: keys.session })}>
              {shared.problem.signIn}
            </Button>
          )}
          {onRetry && !expired && (
            <Button variant="default" onClick={onRetry}>
              {shared.problem.retry}
            </Button>
          )}
          {requestId && (
            <Text size="xs" c="dimmed" component="span" className={classes.request}>
              {shared.problem.requestId} <code>{requestId}</code>
              <Copy value={requestId} />
            </Text>
          )}
        </Group>
      </div>
    </div>
  );
}

export function describe(
  error: unknown,
  words: Messages["shared"]["problem"],
  inline: boolean,
): { title: string; detail: string; advice: string | null } {
  const title = inline ? words.action : words.title;
  if (error instanceof UnreachableError) return { title, detail: words.unreachable, advice: words.unreachableDo };
  if (!(error instanceof ApiError)) return { title, detail: words.unknown, advice: null };
  if (error.status === 401) return { title: words.expired, detail: error.message, advice: words.expiredDo };
  if (error.status === 403) return { title: words.forbidden, detail: error.message, advice: words.forbiddenDo };
  const fields = (error.problem?.errors ?? []).map(({ field, message }) => `${field}: ${message}`);
  return { title, detail: [error.message, ...fields].join("\n"), advice: null };
}
