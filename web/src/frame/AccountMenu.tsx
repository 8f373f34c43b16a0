//! The colour scheme, and the account: who one is, preferences, signing out.

import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { IconBook2, IconChevronDown, IconLogout, IconMoon, IconUser } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Action } from "@/actions/action";
import { usePreferenceActions, useSchemeActions } from "@/actions/appearance";
import { apiUrl } from "@/api/base";
import { keys } from "@/api/keys";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import { signOut } from "@/session/queries";
import { safeHref } from "@/shared/text";
import classes from "./Frame.module.css";

export function SchemeMenu() {
  const { frame } = useMessages();
  return (
    <Menu width={180}>
      <Menu.Target>
        <Tooltip label={frame.theme.label}>
          <ActionIcon aria-label={frame.theme.label}>
            <IconMoon size={18} stroke={1.5} />
          </ActionIcon>
        </Tooltip>
      </Menu.Target>
      <Menu.Dropdown>
        <Items actions={useSchemeActions()} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** On a phone the colour schemes are in this menu too, which leaves the header to the title. */
export function AccountMenu({ phone }: { phone: boolean }) {
  const { frame } = useMessages();
  const session = useSession();
  const queries = useQueryClient();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: () => {
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== "session" });
      return queries.resetQueries({ queryKey: keys.session });
    },
  });
  const schemes = useSchemeActions();
  const preferences = usePreferenceActions();
  const name =
    session.kind === "operator"
      ? frame.account.operator
      : session.kind === "portal"
        ? frame.account.portal
        : frame.account.tenant(session.tenant_id ?? "");
  return (
    <Menu width={240}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          aria-label={`${frame.account.label}: ${name}`}
          leftSection={<IconUser size={16} stroke={1.5} />}
          rightSection={<IconChevronDown size={14} />}
          className={classes.account}
        >
          <bdi>{name}</bdi>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {phone && (
          <>
            <Menu.Label>{frame.theme.label}</Menu.Label>
            <Items actions={schemes} />
            <Menu.Divider />
          </>
        )}
        <Items actions={preferences} />
        {session.kind !== "portal" && (
          <>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconBook2 size={16} />}
              component="a"
              href={safeHref(new URL(apiUrl("/docs/"), window.location.origin).href)}
              target="_blank"
              rel="noreferrer"
            >
              {frame.account.reference}
            </Menu.Item>
          </>
        )}
        {session.kind !== "portal" && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconLogout size={16} />} onClick={() => leave.mutate()}>
              {frame.account.signOut}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function Items({ actions }: { actions: Action[] }) {
  return actions.map(({ id, label, icon: Icon, run }) => (
    <Menu.Item key={id} leftSection={Icon ? <Icon size={16} /> : undefined} onClick={run}>
      {label}
    </Menu.Item>
  ));
}
