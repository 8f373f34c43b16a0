//! The checkbox of rows. It looks like Mantine's, but is one plain element, since a list mounts many at a time.

import classes from "./Tick.module.css";

interface Props {
  label: string;
  checked: boolean;
  indeterminate?: boolean;
  onChange: () => void;
}

export function Tick({ label, checked, indeterminate = false, onChange }: Props) {
  return (
    <input
      type="checkbox"
      className={classes.tick}
      aria-label={label}
      checked={checked}
      ref={(input) => {
        if (input !== null) input.indeterminate = indeterminate;
      }}
      onChange={onChange}
    />
  );
}
