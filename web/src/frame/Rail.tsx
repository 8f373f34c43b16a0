//! The rail: the tenant switcher above the screens in three groups. On a phone it is a bar at the bottom.

import { Menu, UnstyledButton } from "@mantine/core";
import { IconDots } from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import { useMessages } from "@/messages/context";
import { useSession } from "@/session/context";
import classes from "./Rail.module.css";
import { GROUPS, SCREENS, screenOf, type Screen } from "./screens";
import { TenantSwitcher } from "./TenantSwitcher";
import { Logo } from "./Logo";

/** The screens that a phone shows at the bottom; the others are behind *More*. */
const BAR = new Set<string>(["/", "/deliveries", "/events", "/subscriptions"]);

export function Rail() {
  const { frame } = useMessages();
  const session = useSession();
  const screens = SCREENS.filter(({ allowed }) => allowed(session));
  return (
    <nav className={classes.rail} aria-label={frame.rail}>
      <div className={classes.tenant}>
        <Logo size={24} />
        <div className={classes.switcher}>
          <TenantSwitcher />
        </div>
      </div>
      {GROUPS.map((group) => {
        const members = screens.filter((screen) => screen.group === group);
        if (members.length === 0) return null;
        return (
          <section key={group} className={classes.group} aria-label={frame.groups[group]}>
            <div className={classes.groupName} aria-hidden="true">
              {frame.groups[group]}
            </div>
            <ul>
              {members.map((screen) => (
                <li key={screen.to}>
                  <ScreenLink screen={screen} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

function ScreenLink({ screen }: { screen: Screen }) {
  const { frame } = useMessages();
  const { icon: Icon } = screen;
  return (
    <Link
      to={screen.to}
      className={classes.link}
      activeProps={{ "data-active": true, "aria-current": "page" }}
      activeOptions={{ exact: screen.to === "/", includeSearch: false }}
    >
      <Icon size={18} stroke={1.5} aria-hidden="true" />
      <span className={classes.label}>{screen.label(frame.screens)}</span>
    </Link>
  );
}

export function BottomBar() {
  const { frame } = useMessages();
  const session = useSession();
  const open = useLocation({ select: ({ pathname }) => screenOf(pathname) });
  const screens = SCREENS.filter(({ allowed }) => allowed(session));
  const rest = screens.filter(({ to }) => !BAR.has(to));
  return (
    <nav className={classes.bar} aria-label={frame.rail}>
      {screens
        .filter(({ to }) => BAR.has(to))
        .map((screen) => (
          <ScreenLink key={screen.to} screen={screen} />
        ))}
      {rest.length > 0 && (
        <Menu position="top-end">
          <Menu.Target>
            <UnstyledButton className={classes.link} data-active={open !== undefined && !BAR.has(open.to) ? true : undefined}>
              <IconDots size={18} stroke={1.5} aria-hidden="true" />
              <span className={classes.label}>{frame.moreScreens}</span>
            </UnstyledButton>
          </Menu.Target>
          <Menu.Dropdown className={classes.more}>
            {GROUPS.map((group) => (
              <MoreScreens key={group} name={frame.groups[group]} screens={rest.filter((screen) => screen.group === group)} open={open} />
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </nav>
  );
}

function MoreScreens({ name, screens, open }: { name: string; screens: Screen[]; open: Screen | undefined }) {
  const { frame } = useMessages();
  if (screens.length === 0) return null;
  return (
    <>
      <Menu.Label>{name}</Menu.Label>
      {screens.map(({ to, icon: Icon, label }) => (
        <Menu.Item
          key={to}
          leftSection={<Icon size={16} />}
          aria-current={open?.to === to ? "page" : undefined}
          renderRoot={(props) => <Link to={to} {...props} />}
        >
          {label(frame.screens)}
        </Menu.Item>
      ))}
    </>
  );
}
