//! Actions of the page itself: colour scheme, time zone, language, letters.

import { useMantineColorScheme } from "@mantine/core";
import { IconClock, IconKeyboard, IconLanguage, IconMoon, IconSun, IconSunMoon } from "@tabler/icons-react";
import { useLanguage, useMessages } from "@/messages/context";
import { useHost } from "@/portal/host";
import { setPreferences, usePreferences } from "@/shared/preferences";
import type { Action } from "./action";

export function useSchemeActions(): Action[] {
  const { frame } = useMessages();
  const { setColorScheme } = useMantineColorScheme();
  // A host may have chosen the scheme.
  if (useHost()?.appearance.scheme) return [];
  return [
    { id: "scheme-light", label: frame.theme.light, icon: IconSun, run: () => setColorScheme("light") },
    { id: "scheme-dark", label: frame.theme.dark, icon: IconMoon, run: () => setColorScheme("dark") },
    { id: "scheme-auto", label: frame.theme.auto, icon: IconSunMoon, run: () => setColorScheme("auto") },
  ];
}

export function usePreferenceActions(): Action[] {
  const { frame } = useMessages();
  const { zone, letterKeys } = usePreferences();
  const language = useLanguage();
  return [
    {
      id: "zone",
      label: zone === "utc" ? frame.account.local : frame.account.utc,
      icon: IconClock,
      run: () => setPreferences({ zone: zone === "utc" ? "local" : "utc" }),
    },
    {
      id: "language",
      label: language === "en" ? "Español" : "English",
      icon: IconLanguage,
      run: () => setPreferences({ language: language === "en" ? "es" : "en" }),
    },
    {
      id: "letters",
      label: frame.account.letters(letterKeys),
      icon: IconKeyboard,
      run: () => setPreferences({ letterKeys: !letterKeys }),
    },
  ];
}
