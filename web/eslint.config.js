import js from "@eslint/js";
import globals from "globals";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const hostile = [
  {
    selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
    message: "Foreign text is a text node.",
  },
  {
    selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]",
    message: "Foreign text is a text node.",
  },
  {
    selector: "JSXAttribute[name.name='href'][value.type='JSXExpressionContainer']:not([value.expression.callee.name='safeHref'])",
    message: "Wrap a computed href in safeHref(), or use a router Link.",
  },
  {
    selector: "MemberExpression[object.name='Date'][property.name='now']",
    message: "Read the server's time from shared/clock.ts.",
  },
];

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  reactHooks.configs.flat.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    languageOptions: { globals: globals.browser },
    rules: {
      "no-restricted-syntax": ["error", ...hostile],
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["@/routes/*/*"], message: "A screen never imports from another screen." }] },
      ],
      "max-lines": ["error", { max: 250 }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      eqeqeq: "error",
    },
  },
  {
    files: ["**/*.test.{ts,tsx}"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    // Fixtures of Playwright are functions that call `use`.
    files: ["e2e/**/*.ts"],
    rules: {
      "react-hooks/rules-of-hooks": "off",
      "no-empty-pattern": "off",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: ["src/router.ts"],
    rules: { "no-restricted-imports": "off" },
  },
  {
    files: ["public/*.js"],
    languageOptions: { globals: globals.browser },
  },
  {
    files: ["scripts/*.mjs", "*.config.*"],
    languageOptions: { globals: globals.node },
  },
);
