//! An action: one definition for menus, keys and the palette.

import type { Icon } from "@tabler/icons-react";

export interface Action {
  id: string;
  /** A verb with its object. */
  label: string;
  icon?: Icon;
  /** A single letter, which works while the list or its panel has the focus. */
  letter?: string;
  destructive?: boolean;
  run: () => void;
}

/** The action of a letter; null when letters are off. */
export function actionOfKey(actions: readonly Action[], key: string, letters: boolean): Action | null {
  if (!letters) return null;
  return actions.find(({ letter }) => letter === key) ?? null;
}
