//! Postrider's mark: an envelope whose flap is a check.

import classes from "./Logo.module.css";

export function Logo({ size = 24 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" role="img" aria-label="Postrider" className={classes.logo}>
      <rect width="24" height="24" rx="6" />
      <path d="M6 8.5 12 13l6-4.5M6 8v8.5h12V8z" />
    </svg>
  );
}
