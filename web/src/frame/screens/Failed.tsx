//! Screens in place of a screen: nothing at this address, and a fault of the page.

import { Button, Stack } from "@mantine/core";
import { IconMapPinOff } from "@tabler/icons-react";
import { Link, useRouter, type ErrorComponentProps } from "@tanstack/react-router";
import { isStatus } from "@/api/problem";
import { useMessages } from "@/messages/context";
import { EmptyState } from "@/shared/EmptyState";
import { ProblemNotice } from "@/shared/ProblemNotice";

export function NotFoundScreen() {
  const { shared } = useMessages();
  return (
    <EmptyState
      icon={<IconMapPinOff size={32} stroke={1.5} />}
      title={shared.notFound.title}
      text={shared.notFound.text}
      action={
        <Button variant="default" renderRoot={(props) => <Link to="/" {...props} />}>
          {shared.notFound.back}
        </Button>
      }
    />
  );
}

export function FailedScreen({ error }: ErrorComponentProps) {
  const router = useRouter();
  if (isStatus(error, 404)) return <NotFoundScreen />;
  return (
    <Stack p="xl">
      <ProblemNotice error={error} onRetry={() => void router.invalidate()} />
    </Stack>
  );
}

/** The failure of a screen's main object: a missing one is a plain screen, the same for another tenant's. */
export function ObjectFailed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (isStatus(error, 404)) return <NotFoundScreen />;
  return (
    <Stack p="xl">
      <ProblemNotice error={error} onRetry={onRetry} />
    </Stack>
  );
}
