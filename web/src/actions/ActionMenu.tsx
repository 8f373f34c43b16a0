//! The menu of an object's actions. Destructive ones come last.

import { ActionIcon, Menu, Tooltip } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { useMessages } from "@/messages/context";
import type { Action } from "./action";

export function ActionMenu({ actions, label }: { actions: readonly Action[]; label?: string }) {
  const { shared } = useMessages();
  if (actions.length === 0) return null;
  const plain = actions.filter(({ destructive }) => !destructive);
  const destructive = actions.filter((action) => action.destructive);
  return (
    <Menu>
      <Menu.Target>
        <Tooltip label={label ?? shared.more}>
          <ActionIcon aria-label={label ?? shared.more}>
            <IconDots size={16} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        {plain.map((action) => (
          <Item key={action.id} action={action} />
        ))}
        {plain.length > 0 && destructive.length > 0 && <Menu.Divider />}
        {destructive.map((action) => (
          <Item key={action.id} action={action} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Item({ action }: { action: Action }) {
  const { icon: Icon } = action;
  return (
    <Menu.Item
      onClick={action.run}
      color={action.destructive ? "var(--pr-bad)" : undefined}
      leftSection={Icon ? <Icon size={16} /> : undefined}
      rightSection={action.letter ? <kbd>{action.letter}</kbd> : undefined}
    >
      {action.label}
    </Menu.Item>
  );
}
