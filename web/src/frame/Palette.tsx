//! The palette: screens, actions of the open screen, preferences, and jumps to ids.

import { Spotlight, spotlight } from "@mantine/spotlight";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { Action } from "@/actions/action";
import { usePreferenceActions, useSchemeActions } from "@/actions/appearance";
import { useJump, useScreenLinks } from "@/actions/navigation";
import { useRegisteredActions } from "@/actions/registry";
import { useMessages } from "@/messages/context";

export const openPalette = spotlight.open;

export function Palette() {
  const { frame } = useMessages();
  const [query, setQuery] = useState("");
  const jump = useJump(query);
  const groups: [string, Action[]][] = [
    [frame.palette.ids, jump === null ? [] : [jump]],
    [frame.palette.here, found(useRegisteredActions(), query)],
    [frame.palette.screens, found(useScreenLinks(), query)],
    [frame.palette.actions, found([...useSchemeActions(), ...usePreferenceActions()], query)],
  ];
  const shown = groups.filter(([, actions]) => actions.length > 0);
  return (
    <Spotlight.Root
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      // It opens from a text field too.
      tagsToIgnore={[]}
      scrollable
      maxHeight={420}
      title={frame.search}
    >
      <Spotlight.Search
        placeholder={frame.palette.placeholder}
        aria-label={frame.palette.placeholder}
        leftSection={<IconSearch size={18} stroke={1.5} />}
      />
      <Spotlight.ActionsList>
        {shown.map(([label, actions]) => (
          <Spotlight.ActionsGroup key={label} label={label}>
            {actions.map((action) => (
              <Spotlight.Action
                key={action.id}
                label={action.label}
                leftSection={action.icon ? <action.icon size={18} stroke={1.5} /> : undefined}
                onClick={action.run}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {shown.length === 0 && <Spotlight.Empty>{frame.palette.nothing}</Spotlight.Empty>}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}

/** Each word of the query must occur in the label. */
export function found(actions: Action[], query: string): Action[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return actions.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
