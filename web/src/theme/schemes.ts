//! The chosen colour scheme, in this browser's storage.

import { localStorageColorSchemeManager, type MantineColorSchemeManager } from "@mantine/core";

const NAME = "postrider.scheme";

export const schemes: MantineColorSchemeManager = {
  ...localStorageColorSchemeManager({ key: NAME }),
  // The storage of a framed page may be blocked; the choice then lasts as long as the page. (Mantine would warn.)
  set: (value) => {
    try {
      window.localStorage.setItem(NAME, value);
    } catch {
      return;
    }
  },
};
