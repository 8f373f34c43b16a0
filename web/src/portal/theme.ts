//! The theme of a host: its colour in place of ours. Everything else is the dashboard's.

import {
  defaultVariantColorsResolver,
  type CSSVariablesResolver,
  type MantineThemeOverride,
  type VariantColorsResolver,
} from "@mantine/core";
import type { HostLook } from "@/theme/Look";
import { resolveVariables, theme } from "@/theme/theme";
import { hostColors, type HostColors } from "./colors";
import type { Host } from "./host";

const NAME = "host";

export function lookOf(host: Host | null): HostLook {
  const { color, text_color, scheme, language } = host?.appearance ?? {};
  const colors = hostColors(color, text_color);
  return {
    theme: colors === null ? theme : withColors(colors),
    resolveVariables: colors === null ? resolveVariables : variablesOf(colors),
    scheme: scheme === "light" || scheme === "dark" ? scheme : undefined,
    language: language ?? null,
  };
}

function withColors({ scale, text }: HostColors): MantineThemeOverride {
  const variantColorResolver: VariantColorsResolver = (input) => {
    const resolved = defaultVariantColorsResolver(input);
    const isHost = input.color === undefined || input.color === NAME;
    return input.variant === "filled" && isHost ? { ...resolved, color: text } : resolved;
  };
  const checkbox = theme.components?.Checkbox;
  return {
    ...theme,
    primaryColor: NAME,
    colors: { ...theme.colors, [NAME]: scale },
    variantColorResolver,
    components: {
      ...theme.components,
      Checkbox: { ...checkbox, defaultProps: { ...checkbox?.defaultProps, iconColor: text } },
    },
  };
}

function variablesOf(colors: HostColors): CSSVariablesResolver {
  return (resolved) => {
    const ours = resolveVariables(resolved);
    const shared = {
      "--mantine-primary-color-contrast": colors.text,
      [`--mantine-color-${NAME}-filled-hover`]: colors.hover,
      [`--mantine-color-${NAME}-text`]: "var(--pr-accent)",
      [`--mantine-color-${NAME}-light-color`]: "var(--pr-accent)",
      [`--mantine-color-${NAME}-outline`]: "var(--pr-accent)",
    };
    const scheme = ({ accent, chosen, faint }: HostColors["light"]) => ({
      "--pr-accent": accent,
      "--pr-chosen": chosen,
      // Filled buttons inherit it; others have a border of their own.
      "--button-bd": `1px solid ${faint ? "var(--pr-edge)" : "transparent"}`,
    });
    return {
      variables: ours.variables,
      light: { ...ours.light, ...shared, ...scheme(colors.light) },
      dark: { ...ours.dark, ...shared, ...scheme(colors.dark) },
    };
  };
}
