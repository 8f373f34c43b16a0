//! Whether a list has room for its secondary columns: on a wide page without an open panel.

import { useMediaQuery } from "@mantine/hooks";

export function useRoom(panel: boolean): boolean {
  const wide = useMediaQuery("(min-width: 1200px)", true, { getInitialValueInEffect: false });
  return wide && !panel;
}
