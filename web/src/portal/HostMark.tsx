//! The host's logo, or its name where there is none or it does not load.

import { useComputedColorScheme } from "@mantine/core";
import { useState } from "react";
import { addressOf, nameOf, useHost } from "./host";
import classes from "./Portal.module.css";
import { usePortalWords } from "./words";

export function HostMark() {
  const portal = usePortalWords();
  const host = useHost();
  const dark = useComputedColorScheme("light") === "dark";
  const [failed, setFailed] = useState<string | null>(null);
  const name = nameOf(host) ?? portal.title;
  const { logo_url: plain, logo_dark_url: onDark } = host?.appearance ?? {};
  const logo = addressOf(dark ? (onDark ?? plain) : plain);
  if (logo === undefined || logo === failed) return <bdi className={classes.name}>{name}</bdi>;
  return (
    <img
      className={classes.logo}
      src={logo}
      alt={name}
      height={24}
      referrerPolicy="no-referrer"
      onError={() => setFailed(logo)}
    />
  );
}
