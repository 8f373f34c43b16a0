//! Opens a page of `docs/` in a dialog.

import { Button } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import type { DocName } from "./Doc";

const Doc = lazy(() => import("./Doc"));

export function DocButton({ name, label }: { name: DocName; label: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button variant="subtle" color="gray" size="compact-xs" onClick={() => setOpen(true)}>
        {label}
      </Button>
      {open && (
        <Suspense>
          <Doc name={name} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
