//! The actions of the open screen, which the palette shows beside the global ones.

import { createContext, use, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { usePreferences } from "@/shared/preferences";
import { actionOfKey, type Action } from "./action";

interface Registry {
  actions: Action[];
  register: (owner: string, actions: Action[]) => void;
  remove: (owner: string) => void;
}

const RegistryContext = createContext<Registry | null>(null);

export function ActionsProvider({ children }: { children: ReactNode }) {
  const [owners, setOwners] = useState<ReadonlyMap<string, Action[]>>(new Map());
  const [register] = useState(() => (owner: string, actions: Action[]) => {
    setOwners((before) => new Map(before).set(owner, actions));
  });
  const [remove] = useState(() => (owner: string) => {
    setOwners((before) => new Map([...before].filter(([other]) => other !== owner)));
  });
  const registry = useMemo(
    () => ({ actions: [...owners.values()].flat(), register, remove }),
    [owners, register, remove],
  );
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

export function useRegisteredActions(): Action[] {
  return use(RegistryContext)?.actions ?? [];
}

/** Adds a screen's actions to the palette while it is open. They are registered anew when their labels change. */
export function useScreenActions(actions: Action[]): void {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const shown = actions.map(({ id, label }) => `${id} ${label}`).join("\n");
  const owner = useId();
  const registry = use(RegistryContext);
  const register = registry?.register;
  const remove = registry?.remove;
  useEffect(() => {
    const current = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find(({ id }) => id === action.id)?.run(),
    }));
    register?.(owner, current);
    return () => remove?.(owner);
  }, [owner, register, remove, shown]);
}

/** The key handler of a list or panel: runs the action of a letter. */
export function useActionKeys(actions: readonly Action[]): (event: KeyboardEvent) => void {
  const { letterKeys } = usePreferences();
  return (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    // A dialog that belongs to the panel is drawn elsewhere; letters in it are not for the panel.
    if (event.target instanceof Element && event.target.closest("[role=dialog]") !== null) return;
    const action = actionOfKey(actions, event.key, letterKeys);
    if (action === null) return;
    event.preventDefault();
    action.run();
  };
}
