//! The frame of a portal link: the host's mark, the screens of a tenant, and the way back.

import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconSearch } from "@tabler/icons-react";
import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { ActionMenu } from "@/actions/ActionMenu";
import { usePreferenceActions, useSchemeActions } from "@/actions/appearance";
import { ActionsProvider } from "@/actions/registry";
import { LiveUpdates } from "@/frame/LiveUpdates";
import { openPalette, Palette } from "@/frame/Palette";
import { SCREENS, screenOf, titleOf, type Screen } from "@/frame/screens";
import { NotFoundScreen } from "@/frame/screens/Failed";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import { Content, SkipLink } from "@/shared/Shell";
import { safeHref } from "@/shared/text";
import { addressOf, nameOf, useHost } from "./host";
import { HostMark } from "./HostMark";
import { embedded } from "./parent";
import classes from "./Portal.module.css";
import { usePortalWords } from "./words";

export function PortalFrame() {
  const { frame } = useMessages();
  const portal = usePortalWords();
  const session = useSession();
  const name = nameOf(useHost()) ?? portal.title;
  const path = useLocation({ select: ({ pathname }) => pathname });
  const screen = screenOf(path);
  const title = titleOf(path, frame.screens) ?? portal.title;
  const denied = screen !== undefined && !screen.allowed(session);
  useEffect(() => {
    document.title = title === name ? name : `${title} · ${name}`;
  }, [title, name]);

  return (
    <ActionsProvider>
      <LiveUpdates />
      <Palette />
      <div className={classes.frame}>
        <SkipLink />
        <header className={classes.header}>
          <div className={classes.mark}>
            <Back />
            <HostMark />
          </div>
          <Screens open={screen} />
          <Tools />
        </header>
        <Content tabIndex={-1} className={classes.content}>
          <h1 className="visually-hidden">{title}</h1>
          {denied ? <NotFoundScreen /> : <Outlet />}
        </Content>
      </div>
    </ActionsProvider>
  );
}

function Screens({ open }: { open: Screen | undefined }) {
  const { frame } = useMessages();
  const session = useSession();
  const strip = useRef<HTMLElement>(null);
  // On a phone the strip is wider than the page. (scrollIntoView would scroll the embedding page too.)
  useEffect(() => {
    const active = strip.current?.querySelector<HTMLElement>('[aria-current="page"]');
    if (strip.current && active) strip.current.scrollLeft = active.offsetLeft - 40;
  }, [open]);
  return (
    <nav ref={strip} className={classes.screens} aria-label={frame.rail}>
      {SCREENS.filter(({ allowed }) => allowed(session)).map(({ to, label }) => (
        <Link
          key={to}
          to={to}
          className={classes.screen}
          activeProps={{ "data-active": true, "aria-current": "page" }}
          activeOptions={{ exact: to === "/", includeSearch: false }}
        >
          {label(frame.screens)}
        </Link>
      ))}
    </nav>
  );
}

function Back() {
  const portal = usePortalWords();
  const host = useHost();
  const back = addressOf(host?.return_url);
  if (back === undefined) return null;
  const label = portal.back(nameOf(host));
  return (
    <Tooltip label={label}>
      <ActionIcon
        component="a"
        href={safeHref(back)}
        target={embedded ? "_top" : undefined}
        rel="noreferrer"
        aria-label={label}
      >
        <IconArrowLeft size={18} stroke={1.5} />
      </ActionIcon>
    </Tooltip>
  );
}

function Tools() {
  const { frame } = useMessages();
  const portal = usePortalWords();
  const actions = [...useSchemeActions(), ...usePreferenceActions()];
  return (
    <div className={classes.tools}>
      <Tooltip label={frame.search}>
        <ActionIcon aria-label={frame.search} onClick={openPalette}>
          <IconSearch size={18} stroke={1.5} />
        </ActionIcon>
      </Tooltip>
      <ActionMenu actions={actions} label={portal.options} />
    </div>
  );
}
