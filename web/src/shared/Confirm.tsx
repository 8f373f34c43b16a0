//! A confirmation that says what will happen and to how much. The button has the verb and its object.

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useMessages } from "@/messages/context";
import { ProblemNotice } from "./ProblemNotice";

interface Props {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** The verb with its object, for example “Delete subscription”. */
  action: string;
  onConfirm: () => void;
  destructive?: boolean;
  pending?: boolean;
  /** False while the consequences are still being counted. */
  ready?: boolean;
  error?: unknown;
}

export function Confirm(props: Props) {
  const { shared } = useMessages();
  const { destructive = false, pending = false, ready = true, error } = props;
  return (
    <Modal
      opened={props.opened}
      onClose={props.onClose}
      title={
        <Text fw={600} size="lg" component="span">
          {props.title}
        </Text>
      }
      closeButtonProps={{ "aria-label": shared.close }}
    >
      <Stack gap="lg">
        <div>{props.children}</div>
        {error ? <ProblemNotice error={error} inline /> : null}
        <Group justify="flex-end" gap="sm">
          <Button variant="subtle" color="gray" onClick={props.onClose}>
            {shared.cancel}
          </Button>
          <Button
            color={destructive ? "red.8" : undefined}
            onClick={props.onConfirm}
            loading={pending}
            disabled={!ready}
          >
            {props.action}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
