//! The frame around every screen: rail, header, content.

import { ActionIcon, Kbd, UnstyledButton } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconSearch } from "@tabler/icons-react";
import { Outlet, useLocation } from "@tanstack/react-router";
import { useEffect } from "react";
import { ActionsProvider } from "@/actions/registry";
import { useMessages } from "@/messages/context";
import { Content, SkipLink } from "@/shared/Shell";
import { AccountMenu, SchemeMenu } from "./AccountMenu";
import classes from "./Frame.module.css";
import { LiveUpdates } from "./LiveUpdates";
import { openPalette, Palette } from "./Palette";
import { BottomBar, Rail } from "./Rail";
import { titleOf } from "./screens";
import { TenantSwitcher } from "./TenantSwitcher";

export function Frame() {
  const { frame } = useMessages();
  const phone = useMediaQuery("(max-width: 699px)", undefined, { getInitialValueInEffect: false });
  const path = useLocation({ select: ({ pathname }) => pathname });
  const title = titleOf(path, frame.screens) ?? "Postrider";
  useEffect(() => {
    document.title = title === "Postrider" ? title : `${title} · Postrider`;
  }, [title]);

  return (
    <ActionsProvider>
      <LiveUpdates />
      <Palette />
      <div className={classes.frame}>
        <SkipLink />
        {!phone && <Rail />}
        <div className={classes.main}>
          <header className={classes.header}>
            <h1 className={classes.title}>{title}</h1>
            {phone && (
              <div className={classes.phoneTenant}>
                <TenantSwitcher />
              </div>
            )}
            <Search phone={phone} />
            {!phone && <SchemeMenu />}
            <AccountMenu phone={phone} />
          </header>
          <Content tabIndex={0}>
            <Outlet />
          </Content>
        </div>
        {phone && <BottomBar />}
      </div>
    </ActionsProvider>
  );
}

function Search({ phone }: { phone: boolean }) {
  const { frame } = useMessages();
  if (phone) {
    return (
      <ActionIcon aria-label={frame.search} onClick={openPalette}>
        <IconSearch size={18} stroke={1.5} />
      </ActionIcon>
    );
  }
  const mac = /mac/i.test(navigator.userAgent);
  return (
    <UnstyledButton className={classes.search} onClick={openPalette}>
      <IconSearch size={16} stroke={1.5} aria-hidden="true" />
      <span>{frame.search}</span>
      <Kbd size="xs">{mac ? "⌘K" : "Ctrl K"}</Kbd>
    </UnstyledButton>
  );
}
